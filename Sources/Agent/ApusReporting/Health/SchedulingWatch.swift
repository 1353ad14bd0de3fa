import ApusMetrics
import ApusSegment
import CLinux
import Synchronization

/// The executors of a process that its reporter watches.
final class SchedulingWatch: Sendable {
    private let writer: SegmentWriter
    private let executors = Mutex<[WatchedExecutor]>([])
    private let clock = Mutex(TurnClock())

    init(writer: SegmentWriter) { self.writer = writer }

    /// The catalog's declarations (`Scheduling`), known here by name because this module stands below the catalog.
    private static let lag = MetricFamily(
        name: "service_scheduling_lag_seconds", kind: .gauge,
        help: "Time from posting the last probe to an executor until it ran; while it has not run, the time since.",
        labelNames: ["executor"])
    private static let longestLag = MetricFamily(
        name: "service_scheduling_lag_max_seconds", kind: .gauge,
        help: "Longest scheduling lag of an executor in the last sixty probes, about a minute.", labelNames: ["executor"])

    func watch(_ name: String, _ post: @escaping WatchedExecutor.Post) {
        let labels = [("executor", name)]
        let executor = WatchedExecutor(
            name: name, post: post, lag: writer.series(Self.lag, labels: labels, form: .double),
            longestLag: writer.series(Self.longestLag, labels: labels, form: .double))
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

    /// One turn a second, on the reporter's thread.
    func turn() {
        let pause = clock.withLock { $0.turn(at: apus_monotonic_nanoseconds()) }
        for executor in executors.withLock({ $0 }) { executor.turn(pause: pause) }
    }
}
