import ApusJournal

/// What `/api/v1/units` answers: what systemd said last of the watched units. Times are seconds since 1970.
struct UnitsDocument: Encodable {
    let bus: Bus
    let units: [Unit]

    struct Bus: Encodable {
        let up: Bool
        /// Since systemd answered last; absent before the first time.
        let ageSeconds: Double?
        let breakerOpen: Bool
    }

    struct Unit: Encodable {
        let unit: String
        let loadState: String
        let activeState: String
        let subState: String
        let result: String?
        let stateChangeTime: Double?
        let activeEnterTime: Double?
        let restarts: UInt64?
        let mainPid: UInt64?
        let exitCause: String?
        let exitStatus: UInt64?
        let watchdogSeconds: Double?
        let watchdogPingTime: Double?
        let memoryBytes: UInt64?
        let tasks: UInt64?
        let tasksMax: UInt64?
        let cpuSeconds: Double?
        /// What only timers have.
        let lastTriggerTime: Double?
        let nextTriggerTime: Double?
        /// What only sockets have whose connections systemd accepts.
        let acceptedConnections: UInt64?
        let refusedConnections: UInt64?
        let currentConnections: UInt64?
        /// What only mounts have.
        let path: String?
    }
}

extension UnitsDocument {
    /// - Parameter watched: `nil` where no units are watched.
    init(_ watched: WatchedUnits?, at now: Moment) {
        let snapshot = watched?.snapshot
        bus = Bus(up: snapshot?.isUp ?? false, ageSeconds: watched?.age, breakerOpen: snapshot?.isBreakerOpen ?? false)
        units = (snapshot?.units ?? []).map { Unit($0, at: now) }
    }
}

extension UnitsDocument.Unit {
    init(_ state: UnitState, at now: Moment) {
        unit = state.name
        loadState = state.loadState
        activeState = state.activeState
        subState = state.subState
        result = state.result
        stateChangeTime = state.stateChange
        activeEnterTime = state.activeSince
        restarts = state.restarts
        mainPid = state.mainPID
        exitCause = state.exit?.cause.rawValue
        exitStatus = state.exit?.status
        watchdogSeconds = state.watchdog
        watchdogPingTime = state.watchdogPing
        memoryBytes = state.memoryBytes
        tasks = state.tasks
        tasksMax = state.tasksLimit
        cpuSeconds = state.cpuSeconds
        lastTriggerTime = state.timer?.lastTrigger
        nextTriggerTime =
            state.activeState == "active"
            ? state.timer?.next(at: now.realtime, monotonic: Double(now.monotonic) / 1e9) : nil
        acceptedConnections = state.socket?.accepted
        refusedConnections = state.socket?.refused
        currentConnections = state.socket?.connections
        path = state.mount?.path
    }
}
