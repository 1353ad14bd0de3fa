import ApusLimits
import EventCatalog
import Logging
import NotificationStore
import Synchronization

/// Whether this instance is ready: not while it drains, nor when the store takes no writes.
final class Readiness: Sendable {
    private let isDraining = Mutex(false)
    private let store: CachedCheck

    /// - Parameters:
    ///   - deadline: how long the store may take to answer.
    init(
        store: any NotificationStore, freshness: Duration = .seconds(1), deadline: Duration = .seconds(2), logger: Logger
    ) {
        let lines = LogThrottle<String>(burst: 1)
        self.store = CachedCheck(
            freshness: freshness, deadline: deadline, late: .fail(reason: "the store does not answer")
        ) { await Self.answer(of: store, logger: logger, lines: lines) }
    }

    /// Makes this instance not ready from now on.
    func drain() { isDraining.withLock { $0 = true } }

    func status() async -> HealthStatus {
        if isDraining.withLock({ $0 }) { return .fail(reason: "this instance is about to stop") }
        return await storeStatus()
    }

    /// Says what the store's check said, a moment ago at most.
    func storeStatus() async -> HealthStatus { await store.status() }

    private static func answer(
        of store: any NotificationStore, logger: Logger, lines: LogThrottle<String>
    ) async -> HealthStatus {
        do throws(StoreError) {
            try await store.ping()
            return .pass
        } catch {
            let reason = reason(error)
            if let omitted = lines.admit(reason) {
                logger.warning(
                    "the store fails the readiness check",
                    metadata: CataloguedEvent.storeUnreachable.metadata(["error": "\(error)", "omitted": "\(omitted)"]))
            }
            return .fail(reason: reason)
        }
    }

    private static func reason(_ error: StoreError) -> String {
        switch error {
        case .busy: "the store is busy"
        case .full: "the store's disk is full"
        case .refused: "the store takes no more"
        case .unavailable: "the store cannot be reached"
        case .cannotOpen, .newerSchema, .unreadable, .failed: "the store fails"
        }
    }
}

/// Whether this instance should get requests.
package enum HealthStatus: Hashable, Sendable {
    case pass
    /// The instance should get requests, and an operator should look, for a reason that names nothing of the inside.
    case warn(reason: String)
    /// The instance should get none, for a reason that people read and that names nothing of the inside.
    case fail(reason: String)

    var word: String {
        switch self {
        case .pass: "pass"
        case .warn: "warn"
        case .fail: "fail"
        }
    }

    var output: String? {
        switch self {
        case .pass: nil
        case .warn(let reason), .fail(let reason): reason
        }
    }
}
