import ApusTopology
import NotificationFleet
import NotificationPack

/// Fleets of many shapes that deliver notifications: what holds for one must hold for all.
enum DeliveringFleets {
    static let production = notificationFleet().varied(for: .production)

    static let all =
        AgentPlacement.allCases.map { notificationFleet(FleetParameters(placement: $0)) } + [
            notificationFleet().varied(for: .staging), production,
            notificationFleet(FleetParameters(scrapeInterval: .seconds(1), alertHold: .seconds(2), portOffset: 20_000)),
            // The smallest.
            Fleet("mails") {
                FleetService("worker", role: .worker, records: [.pool, .deliveries]) { Instance("worker-1", metricsPort: 9091) }
                NotificationPack()
            },
            // Steps that divide neither the window nor the hold, and a hold that outlasts the window.
            Fleet("uneven") {
                FleetService("mail", role: .worker, records: [.pool, .deliveries]) { Instance("mail-1", metricsPort: 9091) }
                FleetService("push", role: .worker, records: [.pool, .deliveries]) { Instance("push-1", metricsPort: 9092) }
                NotificationPack()
                Scraping(interval: .seconds(7), evaluationInterval: .seconds(11))
                Alerting(hold: .seconds(100), window: .seconds(50))
            },
            // Limits that are no round numbers.
            Fleet("null") {
                FleetService("true", role: .worker, records: [.pool, .deliveries]) { Instance("null", metricsPort: 9091) }
                FleetService("on", role: .api) { Instance("e5", port: 3001, metricsPort: 9101) }
                NotificationPack()
                Agents(.besideEachInstance)
                Thresholds(
                    .cpuPercent(12.5, .medium), .memory(.bytes(123_456_789), .high), .queueDepth(1, .high),
                    .errorRatio(0.0123, .critical), .connections(33, .high))
            },
        ]
}
