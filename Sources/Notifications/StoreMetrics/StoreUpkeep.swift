import ApusReporting
package import CoreMetrics
import EventCatalog
package import Logging
import NotificationMetrics
package import NotificationStore
import ServiceLifecycle

/// Keeps a store small: removes what has long left the queue, and writes a long write-ahead log back.
///
/// It works in small steps with pauses between them, so that nobody waits for it. Of any number of processes one removes at a time.
package final class StoreUpkeep: Service {
    private let store: any NotificationStore
    private let retention: Retention
    private let window: Int
    private let largestLog: Int
    private let leastRoom: Int
    private let shortest: Duration
    private let interval: Duration
    private let logger: Logger
    private let removed: CoreMetrics.Counter
    private let bytes: CoreMetrics.Meter
    private let logBytes: CoreMetrics.Meter

    /// - Parameters:
    ///   - window: rows that one transaction looks at.
    ///   - largestLog: bytes of the write-ahead log, past which it is written back and cut.
    ///   - leastRoom: bytes of room, below which what was delivered is kept for half as long in each round.
    ///   - shortest: how long what was delivered is kept in any case.
    ///   - interval: between two rounds; the first begins after a random part of it, so that processes take turns.
    package init(
        store: any NotificationStore, retention: Retention, window: Int, largestLog: Int, leastRoom: Int, shortest: Duration,
        interval: Duration = .seconds(60), factory: any MetricsFactory, logger: Logger
    ) {
        self.store = store
        self.retention = retention
        self.window = window
        self.largestLog = largestLog
        self.leastRoom = leastRoom
        self.shortest = shortest
        self.interval = interval
        self.logger = logger
        removed = Notifications.removed.handle(factory: factory)
        bytes = Notifications.storeBytes.handle(factory: factory)
        logBytes = Notifications.logBytes.handle(factory: factory)
    }

    /// Works until graceful shutdown or cancellation.
    package func run() async throws {
        try? await cancelWhenGracefulShutdown { [self] in
            try await Task.sleep(for: interval * Double.random(in: 0...1))
            var isFailing = false
            var halvings = 0
            while true {
                do throws(StoreError) {
                    try await round(&halvings)
                    isFailing = false
                } catch {
                    if !isFailing, !Task.isCancelled {
                        logger.warning(
                            "the store cannot be tidied; it is tried again",
                            metadata: CataloguedEvent.storeUnreachable.metadata(["error": "\(error)"]))
                    }
                    isFailing = true
                }
                try await Task.sleep(for: interval)
            }
        }
    }

    private func round(_ halvings: inout Int) async throws(StoreError) {
        halvings = try await isShort() ? halvings + 1 : 0
        let retention = retention.shortened(halvings, shortest: shortest)
        if retention != self.retention {
            logger.warning(
                "the store's disk is nearly full: delivered notifications are removed earlier; free space on it",
                metadata: ["keep": "\(retention.delivered ?? .zero)"])
        }
        guard retention.delivered != nil || retention.dead != nil, try await store.beginRemoval(every: interval / 2) else {
            return
        }
        var place: Int64? = 0
        while let from = place, !Task.isCancelled {
            let start = ContinuousClock.now
            let step = try await store.removeEnded(retention, from: from, limit: window)
            if step.count > 0 { removed.increment(by: step.count) }
            place = step.next
            // Nine tenths of the time are the others', who write to the same file. Cancelled: the condition ends it.
            try? await Task.sleep(for: max(start.duration(to: .now) * 9, .milliseconds(5)))
        }
    }

    /// Tidies, and says whether the store has little room.
    private func isShort() async throws(StoreError) -> Bool {
        let usage = try await store.tidy(largestLog: largestLog)
        bytes.set(Int64(usage.data))
        logBytes.set(Int64(usage.writeAheadLog))
        if usage.writeAheadLog > largestLog * 4 {
            logger.warning(
                "a reader keeps the write-ahead log from being written back; find it with fuser on the -wal file, and end it",
                metadata: ["bytes": "\(usage.writeAheadLog)"])
        }
        return usage.room.map { $0 < leastRoom } ?? false
    }
}
