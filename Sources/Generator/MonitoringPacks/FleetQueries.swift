import AgentMetrics
import ApusMetrics
package import ApusPromQL
package import ApusTopology
import NotificationMetrics

extension Series {
    /// Those that some services have.
    func of<Own>(_ services: [FleetService]) -> Self where Key == SeriesKey<Own> {
        let names = services.map(\.name)
        // Names of services need no escape in a regular expression: letters, digits and hyphens.
        return names.count == 1
            ? matching(.service, names.joined()) : matching(.service, .matches, names.joined(separator: "|"))
    }
}

/// Queries that alerts and panels share, so that both speak of the same thing.
///
/// Of a process that died, the agent goes on serving counts but no gauges, so that what gauges say is of living processes.
package enum FleetQueries {
    /// Open database connections of each process.
    static var openConnections: InstantVector<SeriesKey<NoKey>> {
        Contract.databaseConnections.series.value
    }

    /// Notifications of some states by service. Every worker reports the same queue, so the largest report counts once.
    static func depth(_ series: Series<Gauge<QueueStateLabels>>) -> InstantVector<TargetKey> {
        series.value.max(by: .service, .label(.state)).sum(perTarget: .service)
    }

    /// What waits for the workers of a service: what the alert on a deep queue watches, of this service alone.
    package static func backlog(of service: FleetService) -> PromQLExpression {
        depth(Contract.queueDepth.series.matching(.service, service.name)).expression
    }

    /// Notifications in the queue by state. Every process reports the same queue, so the largest report counts once.
    static var queueDepth: InstantVector<SeriesKey<QueueStateLabels.Key>> {
        Contract.queueDepth.series.value.max(by: .label(.state))
    }

    /// Attempts to deliver per second that failed, over all processes.
    static func failures(over window: RateWindow) -> InstantVector<NoKey> {
        Notifications.failures.series.rate(over: window).sum()
    }

    /// Deliveries per second over all processes.
    static func deliveries(over window: RateWindow) -> InstantVector<NoKey> {
        Notifications.delivered.series.rate(over: window).sum()
    }

    /// Failed attempts among all attempts; without a value when there was none.
    static func errorRatio(over window: RateWindow) -> InstantVector<NoKey> {
        failures(over: window) / (deliveries(over: window) + failures(over: window) > 0)
    }

    /// Deliveries among all attempts; without a value when there was none.
    static func successRatio(over window: RateWindow) -> InstantVector<NoKey> {
        deliveries(over: window) / (deliveries(over: window) + failures(over: window) > 0)
    }

    /// Whether each instance of the services with a role runs: 1 or 0.
    static func up(_ role: ServiceRole, in fleet: Fleet) -> InstantVector<SeriesKey<NoKey>> {
        ServiceState.up.series.of(fleet.services(role: role)).value
    }

    /// What is down: instances that their agent finds dead, expected instances of which nothing is heard, and agents that
    /// cannot be scraped. All three have the same labels, so that an alert holds on while one turns into another.
    static func down(in fleet: Fleet) -> InstantVector<SeriesKey<NoKey>> {
        let unreachable = ScrapeMetrics.up.series.matching(.job, Agents.job).value == 0
        return fleet.identities.reduce((ServiceState.up.series.value == 0).or(unreachable)) { down, identity in
            down.or(
                ServiceState.up.series.matching(.job, Agents.job).matching(.service, identity.service)
                    .matching(.instance, identity.instance).absent)
        }
    }
}
