import AgentMetrics
import ApusSegment
import CLinux
import Synchronization

/// The executors of a process that its reporter watches.
final class SchedulingWatch: Sendable {
    private let writer: SegmentWriter
    private let executors = Mutex<[WatchedExecutor]>([])
    private let clock = Mutex(TurnClock())

    init(writer: SegmentWriter) { self.writer = writer }

    func watch(_ name: String, _ post: @escaping WatchedExecutor.Post) {
        let labels = ExecutorLabels(executor: name)
        let executor = WatchedExecutor(
            name: name, post: post, lag: writer.cells(Scheduling.lag, labels, form: .double),
            longestLag: writer.cells(Scheduling.longestLag, labels, form: .double))
        executors.withLock { executors in
            executors.removeAll { $0.name == name }
            executors.append(executor)
        }
    }

    func unwatch(_ name: String) {
        executors.withLock { executors in
            for executor in executors where executor.name == name { executor.retire() }
            executors.removeAll { $0.name == name }
        }
    }

    /// Posts and measures probes; called once a second on the reporter's thread.
    func turn() {
        let pause = clock.withLock { $0.turn(at: apus_monotonic_nanoseconds()) }
        for executor in executors.withLock({ $0 }) { executor.turn(pause: pause) }
    }
}

/// Finds the pauses of the process in the distances between the reporter's turns, which are to be a second.
package struct TurnClock: Sendable {
    private static let second: UInt64 = 1_000_000_000

    private var last: UInt64?

    package init() {}

    /// - Returns: nanoseconds by which the turn at `now` comes too late, as a process does that was stopped (SIGSTOP, a frozen
    ///   cgroup, a machine that was paused); 0 for less than a second, which a busy machine takes as well.
    package mutating func turn(at now: UInt64) -> UInt64 {
        defer { last = now }
        guard let last, now > last + 2 * Self.second else { return 0 }
        return now - last - Self.second
    }
}
