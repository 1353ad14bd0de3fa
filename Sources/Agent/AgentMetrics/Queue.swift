public import ApusMetrics

/// The queue of a service that takes its work from a store.
///
/// It is counted where the queue is, never by counters inside a process, which drift.
public enum Queue: MetricSubsystem {
    public static let depth = Gauge<QueueStateLabels>("queue_depth", "Entries of the queue, by state.")
    public static let oldestAge = Gauge<NoLabels>(
        "queue_oldest_age_seconds", "Age of the oldest entry that is due and held by nobody; 0 when there is none.")

    public static let title = "Queue"
    public static let origin = MetricOrigin.service
    public static let families = [depth.family, oldestAge.family]
}

/// What an entry of a queue waits for.
public enum QueueState: String, CaseIterable, Sendable {
    /// It is due now and held by nobody.
    case pending
    /// It is due later: scheduled, or waiting for its next attempt.
    case scheduled
    /// A worker holds it.
    case locked
}

/// The state of an entry of a queue.
public struct QueueStateLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case state }
    public static var allCases: [Self] { QueueState.allCases.map { Self(state: $0) } }
    public let state: QueueState
    public init(state: QueueState) { self.state = state }
    public subscript(key: Key) -> String { state.rawValue }
}
