import ApusReporting
import CoreMetrics
import NotificationMetrics

/// What is counted of receivers: their names, connections and answers, and the destinations that do not answer.
struct ReceiverMetrics: Sendable {
    let refusedAnswers: CoreMetrics.Counter
    let repeatedRequests: CoreMetrics.Counter
    private let closedDestinations: CoreMetrics.Meter
    private let names: CoreMetrics.Meter
    private let lookups: [LookupResult: CoreMetrics.Counter]
    private let deferrals: [DeferralReason: CoreMetrics.Counter]

    init(factory: any MetricsFactory) {
        refusedAnswers = Notifications.refusedAnswers.handle(factory: factory)
        repeatedRequests = Notifications.repeatedRequests.handle(factory: factory)
        closedDestinations = Notifications.closedDestinations.handle(factory: factory)
        names = Notifications.cachedNames.handle(factory: factory)
        lookups = Dictionary(
            uniqueKeysWithValues: LookupResult.allCases.map {
                ($0, Notifications.lookups.handle(LookupLabels(result: $0), factory: factory))
            })
        deferrals = Dictionary(
            uniqueKeysWithValues: DeferralReason.allCases.map {
                ($0, Notifications.deferrals.handle(DeferralLabels(reason: $0), factory: factory))
            })
        setClosedDestinations(0)
        names.set(0)
    }

    func setClosedDestinations(_ count: Int) { closedDestinations.set(Int64(count)) }

    func count(_ reason: DeferralReason) { deferrals[reason]?.increment() }

    func count(_ result: LookupResult, names count: Int) {
        lookups[result]?.increment()
        names.set(Int64(count))
    }
}
