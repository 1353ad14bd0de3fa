import AgentMetrics
import ApusLinux

/// One group that is watched, with what it came to at the last look.
final class WatchedGroup {
    let identity: InstanceIdentity
    var includesDescendants: Bool
    /// Named in the file as it is: served without a process too.
    var isExpected: Bool
    /// Whether only the file before named it, so that it goes at once where nobody is in it by the one that is read now.
    var isLeft = false
    private(set) var finding = GroupFinding(GroupReading())
    /// What the look that is under way has found of it so far.
    private var found = GroupReading()
    /// When the sums of its processes began, in seconds since the Unix epoch: when it was made, or the first of those that were there already.
    private(set) var began: Double
    /// When the counts of its control groups began; `nil` where one of them counted before.
    var controlGroupsBegan: Double?
    /// Whether it has been looked at: what has begun is not put back any more.
    private(set) var isLookedAt = false
    /// Moment of CLOCK_MONOTONIC at which it had a process or a control group last.
    var lastSeen: UInt64
    /// How far what is served of its CPU time is ahead of its control groups, which were found after it had been served.
    private var ahead: GroupReading.CPUTime?
    /// Whether the file before named it.
    var wasNamed = false
    /// Whether a process has ended or left whose bytes from and to storage nobody could read.
    var hidesStorage = false
    /// The users of its processes, as far as somebody has asked; those of the last ones while it has none.
    var users: Set<UInt32> = []
    /// The look that found the users; `nil` before the first time.
    var usersAt: UInt64?
    /// What the log says of it already.
    var told = Standing.inhabited
    /// How many it takes of the places for groups.
    let places: Int

    init(
        identity: InstanceIdentity, includesDescendants: Bool, isExpected: Bool, places: Int, at now: Moment
    ) {
        began = now.realtime
        controlGroupsBegan = now.realtime
        self.identity = identity
        self.includesDescendants = includesDescendants
        self.isExpected = isExpected
        lastSeen = now.monotonic
        self.places = places
    }

    /// Whether it has processes, as the log says it.
    enum Standing {
        case inhabited
        /// Has zombies alone.
        case ended
        case empty
        /// Has some, for which there is no room.
        case crowdedOut
    }

    /// Notes that all counts which a process has made since its start.
    ///
    /// - Parameter startTicks: clock ticks from boot to the start.
    func count(from startTicks: UInt64, _ root: KernelRoot, at now: Moment) {
        guard !isLookedAt else { return }
        // By the clock as it is set, as the group's own beginning is.
        began = min(began, now.realtime - max(0, Double(now.sinceBoot) / 1e9 - Double(startTicks) / root.ticksPerSecond))
    }

    /// Adds what a look found of one of its processes.
    ///
    /// - Parameter own: the part of its memory that is its own; `nil` where that is not read.
    func add(_ sight: MemberSight, _ own: ProportionalMemory?) { found.add(sight, own) }

    /// Adds a process of it for which there is no room.
    func addUnwatched() { found.unwatched += 1 }

    /// Ends a look: what was added since the one before is what it comes to, with what its processes and control groups have counted.
    func settle(
        _ account: GroupLedger.Account, _ controlGroups: ControlGroupSum?, _ sockets: SocketFigures?, bootTime: Double?,
        _ root: KernelRoot, at now: Moment
    ) {
        found.account = account
        if hidesStorage { found.knowsIO = false }
        found.bootTime = bootTime
        found.sockets = sockets
        found.controlGroups = controlGroups
        found.controlGroupTime = controlGroups.flatMap { time(of: $0, root) }
        found.began = began
        isLookedAt = true
        finding = GroupFinding(found)
        if !found.isEmpty { lastSeen = now.monotonic }
        found = GroupReading()
    }

    /// Says that the last look saw nothing.
    func blind() {
        var reading = finding.reading
        reading.isWhole = false
        finding = GroupFinding(reading)
    }

    /// The CPU time as its control groups have it, which goes on from what was served of its processes before they were found.
    private func time(of sum: ControlGroupSum, _ root: KernelRoot) -> GroupReading.CPUTime? {
        guard let user = sum.counts.figures[.userTime], let system = sum.counts.figures[.systemTime] else { return nil }
        let served = finding.reading.cpuSeconds(root)
        let ahead =
            self.ahead
            ?? GroupReading.CPUTime(
                user: max(0, Int64(served.user * 1e6) - user), system: max(0, Int64(served.system * 1e6) - system))
        self.ahead = ahead
        return GroupReading.CPUTime(user: user + ahead.user, system: system + ahead.system)
    }
}
