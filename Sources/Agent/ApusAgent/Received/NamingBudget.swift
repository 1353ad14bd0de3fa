import ApusLimits
import ApusPatterns
import CLinux

/// The time that searches with the expressions of names may take in one report: each search is bounded by itself, and a report has many.
struct NamingBudget: ~Copyable {
    /// Nanoseconds.
    private var left: UInt64
    private let stopwatch: () -> UInt64

    /// - Parameter stopwatch: nanoseconds that this thread has worked.
    init(
        _ time: Duration = WatchLimits.naming.value, stopwatch: @escaping () -> UInt64 = { apus_thread_cpu_nanoseconds() }
    ) {
        left = UInt64(time / .nanoseconds(1))
        self.stopwatch = stopwatch
    }

    /// Does a search; `nil` when the time of all searches is over.
    mutating func search(_ search: () -> RegularExpression.Finding) -> RegularExpression.Finding? {
        guard left > 0 else { return nil }
        let start = stopwatch()
        let finding = search()
        left -= min(left, stopwatch() - start)
        return finding
    }
}
