import ApusLimits
import CLinux

/// The time that a look at processes may take to compare them with what the file says of groups.
///
/// One comparison has a bound of its own, and there may be thousands of processes, whose commands anybody writes. Once much was spent, each
/// user's processes have a share; those of a user who is past it, and of all once everything is spent, are compared at the next look.
struct MatchingBudget {
    private let stopwatch: () -> UInt64
    /// The nanoseconds that comparing has taken since the look began.
    private var spent: UInt64 = 0
    private var ofUsers: [UInt32: UInt64] = [:]
    /// How much more the look may take: from when a file was read to the next turn it is to be enough for everybody.
    private var factor: UInt64 = 1
    /// The processes that were put off in the look, by user.
    private(set) var putOff: [UInt32: Int] = [:]

    private static let free = nanoseconds(GroupLimits.freeMatching)
    private static let each = nanoseconds(GroupLimits.userMatching)
    private static let all = nanoseconds(GroupLimits.matching)

    private static func nanoseconds(_ limit: Limit<Duration>) -> UInt64 { UInt64(limit.value / .nanoseconds(1)) }

    /// - Parameter stopwatch: nanoseconds that this thread has worked.
    init(stopwatch: @escaping () -> UInt64 = { apus_thread_cpu_nanoseconds() }) { self.stopwatch = stopwatch }

    mutating func begin(isFirst: Bool) {
        (spent, factor) = (0, isFirst ? 10 : 1)
        ofUsers.removeAll(keepingCapacity: true)
        putOff.removeAll(keepingCapacity: true)
    }

    /// Whether a process may be compared now; it counts as put off where it may not.
    ///
    /// - Parameter user: whose it is; asked only once much was spent.
    mutating func admits(_ user: () -> UInt32) -> Bool {
        guard spent > Self.free * factor else { return true }
        let user = user()
        if spent <= Self.all * factor, ofUsers[user] ?? 0 <= Self.each * factor { return true }
        putOff[user, default: 0] += 1
        return false
    }

    /// Compares a process.
    mutating func spend<Result>(_ user: () -> UInt32, comparing compare: () -> Result) -> Result {
        let start = stopwatch()
        let result = compare()
        let taken = stopwatch() &- start
        spent += taken
        if spent > Self.free * factor { ofUsers[user(), default: 0] += taken }
        return result
    }
}
