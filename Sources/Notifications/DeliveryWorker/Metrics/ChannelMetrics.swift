import ApusReporting
import CoreMetrics
import NotificationMetrics
import NotificationStore

/// The metrics of one channel; all series are there from the start, so that they are served as 0.
struct ChannelMetrics: Sendable {
    let delivered: CoreMetrics.Counter
    let dead: CoreMetrics.Counter
    let attemptDuration: CoreMetrics.Recorder
    private let permanent: CoreMetrics.Counter
    private let transient: CoreMetrics.Counter
    private let throttled: CoreMetrics.Counter

    init(_ channel: Channel, factory: any MetricsFactory) {
        let labels = ChannelLabels(channel: channel)
        delivered = Notifications.delivered.handle(labels, factory: factory)
        dead = Notifications.dead.handle(labels, factory: factory)
        attemptDuration = Notifications.attemptDuration.handle(labels, factory: factory)
        func failures(_ reason: FailureClass) -> CoreMetrics.Counter {
            Notifications.failures.handle(DeliveryFailureLabels(channel: channel, reason: reason), factory: factory)
        }
        permanent = failures(.permanent)
        transient = failures(.transient)
        throttled = failures(.throttled)
    }

    func failures(_ reason: FailureClass) -> CoreMetrics.Counter {
        switch reason {
        case .permanent: permanent
        case .transient: transient
        case .throttled: throttled
        }
    }
}
