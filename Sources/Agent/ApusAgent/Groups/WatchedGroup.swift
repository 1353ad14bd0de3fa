import AgentMetrics
import ApusLinux

/// One group that is watched, with what it came to at the last look.
struct WatchedGroup {
    let identity: InstanceIdentity
    var includesDescendants: Bool
    /// Named in the file as it is: served without a process too.
    var isExpected: Bool
    var reading = GroupReading()
    /// Moment of CLOCK_MONOTONIC at which it had a process or a control group last.
    var lastSeen: UInt64
    /// How far what is served of its CPU time is ahead of its control groups, which were found after it had been served.
    private var ahead: GroupReading.CPUTime?
    /// What the log says of it already.
    var isToldEmpty = false
    /// How many it takes of the places for groups.
    let places: Int

    init(
        identity: InstanceIdentity, includesDescendants: Bool, isExpected: Bool, lastSeen: UInt64, places: Int
    ) {
        self.identity = identity
        self.includesDescendants = includesDescendants
        self.isExpected = isExpected
        self.lastSeen = lastSeen
        self.places = places
    }

    /// Takes on what a look found of its processes and of its control groups.
    mutating func take(_ found: GroupReading, _ controlGroups: ControlGroupSum?, _ root: KernelRoot, at now: Moment) {
        var found = found
        found.controlGroups = controlGroups
        found.controlGroupTime = controlGroups.flatMap { time(of: $0, root) }
        reading = found
        if !found.isEmpty { lastSeen = now.monotonic }
    }

    /// The CPU time as its control groups have it, which goes on from what was served of its processes before they were found.
    private mutating func time(of sum: ControlGroupSum, _ root: KernelRoot) -> GroupReading.CPUTime? {
        guard let user = sum.counts.figures[.userTime], let system = sum.counts.figures[.systemTime] else { return nil }
        let served = reading.cpuSeconds(root)
        let ahead =
            self.ahead
            ?? GroupReading.CPUTime(
                user: max(0, Int64(served.user * 1e6) - user), system: max(0, Int64(served.system * 1e6) - system))
        self.ahead = ahead
        return GroupReading.CPUTime(user: user + ahead.user, system: system + ahead.system)
    }
}
