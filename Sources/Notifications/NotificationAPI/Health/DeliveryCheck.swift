import NotificationStore

/// Whether anybody delivers: a warning while notifications are due for long and no worker holds a single one.
///
/// It is no failure of the API, which goes on accepting what is delivered later.
struct DeliveryCheck: Sendable {
    private let queue: CachedCheck

    /// - Parameter patience: how long a notification may be due before it counts.
    init(store: any NotificationStore, patience: Duration = .seconds(60)) {
        queue = CachedCheck(
            freshness: .seconds(1), deadline: .seconds(2), late: .warn(reason: "the queue cannot be counted")
        ) {
            // What is wrong with the store is told by its own check.
            guard let depth = try? await store.queueDepth() else { return .warn(reason: "the queue cannot be counted") }
            return Self.status(of: depth, patience: patience)
        }
    }

    func status() async -> HealthStatus { await queue.status() }

    static func status(of depth: QueueDepth, patience: Duration) -> HealthStatus {
        guard depth.locked == 0, depth.pending > 0, depth.oldestAge > patience else { return .pass }
        return .warn(
            reason:
                "nobody delivers: \(depth.pending) notifications are due, the oldest for \(depth.oldestAge.components.seconds) s, "
                + "and no worker has one; see whether the workers run, and what their logs say")
    }
}
