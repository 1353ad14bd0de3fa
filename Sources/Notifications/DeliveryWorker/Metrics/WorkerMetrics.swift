import ApusReporting
import CoreMetrics
import NotificationMetrics
import NotificationStore

/// The counters of a worker.
///
/// They rise only after the store has committed, so that their sum over all workers is what the store itself counts: `delivered +
/// failures` are the attempts recorded.
struct WorkerMetrics: Sendable {
    let released: CoreMetrics.Counter
    let lostLeases: CoreMetrics.Counter
    let receivers: ReceiverMetrics
    private let unreadable: CoreMetrics.Counter
    private let claimed: CoreMetrics.Counter
    private let reclaimed: CoreMetrics.Counter
    private let pickupDelay: CoreMetrics.Recorder
    private let webhook: ChannelMetrics
    private let log: ChannelMetrics

    init(factory: any MetricsFactory) {
        released = Notifications.released.handle(factory: factory)
        lostLeases = Notifications.lostLeases.handle(factory: factory)
        receivers = ReceiverMetrics(factory: factory)
        unreadable = Notifications.unreadable.handle(factory: factory)
        claimed = Notifications.claimed.handle(factory: factory)
        reclaimed = Notifications.reclaimed.handle(factory: factory)
        pickupDelay = Notifications.pickupDelay.handle(factory: factory)
        webhook = ChannelMetrics(.webhook, factory: factory)
        log = ChannelMetrics(.log, factory: factory)
    }

    subscript(channel: Channel) -> ChannelMetrics {
        switch channel {
        case .webhook: webhook
        case .log: log
        }
    }

    func count(_ claim: Claim) {
        claimed.increment(by: claim.notifications.count)
        reclaimed.increment(by: claim.reclaimed)
        unreadable.increment(by: claim.unreadable.count)
        for buried in claim.buried { if let channel = buried.channel { self[channel].dead.increment() } }
        for notification in claim.notifications { pickupDelay.record(max(notification.waited, .zero) / .seconds(1)) }
    }

    /// Counts an attempt that the store has recorded.
    func count(_ attempt: FinishedAttempt) {
        let metrics = self[attempt.held.claimed.notification.channel]
        if let failure = attempt.failure { metrics.failures(failure).increment() }
        switch attempt.outcome.result {
        case .delivered: metrics.delivered.increment()
        case .dead: metrics.dead.increment()
        case .retry: break
        case .deferred: if let reason = attempt.deferral { receivers.count(reason) }
        }
    }
}
