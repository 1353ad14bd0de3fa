package import ApusTopology
import NotificationPack

/// What differs between one run of the notification fleet and another.
package struct FleetParameters: Hashable, Sendable {
    package var placement: AgentPlacement
    /// The time between two scrapes, two evaluations and two samples of the agents.
    package var scrapeInterval: Duration
    /// How long a condition lasts before its alert fires.
    package var alertHold: Duration
    /// The number that is added to every port, so that a second fleet can run beside the first.
    package var portOffset: Int

    package init(
        placement: AgentPlacement = .perHost, scrapeInterval: Duration = .seconds(15), alertHold: Duration = .seconds(60),
        portOffset: Int = 0
    ) {
        self.placement = placement
        self.scrapeInterval = scrapeInterval
        self.alertHold = alertHold
        self.portOffset = portOffset
    }
}

/// The notification platform: two APIs and five delivery workers.
///
/// As it stands it needs nothing but one machine (`apus up`). Staging and production add the servers around it.
package func notificationFleet(_ parameters: FleetParameters = FleetParameters()) -> Fleet {
    let offset = parameters.portOffset
    return Fleet("notifications", environment: .development) {
        FleetService("api", role: .api, program: APIProgram()) {
            for number in 1...2 {
                Instance("api-\(number)", port: 3000 + number + offset, metricsPort: 9100 + number + offset)
            }
        }
        FleetService(
            "worker", role: .worker, program: WorkerProgram(), records: [.pool, .deliveries],
            scaling: Scaling(minimum: 5, maximum: 20, by: .notifications(of: "worker"))
        ) {
            for number in 1...5 {
                Instance("worker-\(number)", metricsPort: 9090 + number + offset)
            }
        }
        Agents(parameters.placement, port: 9480 + offset, samplingInterval: parameters.scrapeInterval)
        Scraping(interval: parameters.scrapeInterval, prometheusPort: 9090 + offset)
        Alerting(hold: parameters.alertHold)
        Thresholds(
            .cpuPercent(70, .medium), .memory(.mebibytes(512), .high), .queueDepth(10_000, .high),
            .errorRatio(0.01, .critical), .connections(50, .high))
        ConnectionBudget(perInstance: 5, minimum: 10, maximum: 50)
        DeliverySettings(batchSize: 50, lease: .seconds(300), pollInterval: .seconds(5))
        DataFolder(database: "notifications.sqlite")
        NotificationPack()
        Objective.availability(of: "api", 0.999)
        Objective.latency(of: "api", 0.99, below: 0.25)
        Objective.deliveries(of: "worker", 0.99)
        Objective.pickup(of: "worker", 0.95, below: 10)

        Variation(.staging) {
            for part in servers(offset: offset) { part }
            Routing(default: "team", port: 9193 + offset) {
                Receiver("team", .webhook(url: "http://127.0.0.1:\(8025 + offset)/alerts"))
            }
        }
        Variation(.production) {
            for part in servers(offset: offset) { part }
            Routing(default: "team", port: 9193 + offset) {
                Receiver(
                    "on-call", .pagerDuty(routingKeyFile: "/etc/apus/secrets/pagerduty"),
                    .slack(channel: "#alerts", webhookFile: "/etc/apus/secrets/slack"))
                Receiver("deliveries", .slack(channel: "#deliveries", webhookFile: "/etc/apus/secrets/slack"))
                Receiver(
                    "team",
                    .email(
                        to: "team@example.org", from: "apus@example.org", smartHost: "smtp.example.org:587", user: "apus",
                        passwordFile: "/etc/apus/secrets/smtp"))
                Route(severity: .critical, to: "on-call", repeatInterval: .seconds(3600))
                Route(severity: .high, service: "worker", to: "deliveries")
                Route(severity: .high, to: "on-call")
            }
        }
    }
}

/// The servers around the fleet where it runs for others.
@FleetBuilder
private func servers(offset: Int) -> [any FleetPart] {
    Database(
        "postgres", port: 5432 + offset, database: "notifications", maxConnections: 100,
        pooler: Pooler(port: 6432 + offset, exporterPort: 9127 + offset), exporterPort: 9187 + offset)
    Broker(
        "rabbitmq", port: 5672 + offset, metricsPort: 15_692 + offset,
        queues: [BrokerQueue("notifications", consumers: "worker", prefetch: 50, maxLength: 100_000)])
    Cache("redis", port: 6379 + offset, exporterPort: 9121 + offset)
    LoadBalancer(
        service: "api", serverNames: ["notifications.example.org"], port: 8080 + offset,
        certificate: Certificate(
            certificatePath: "/etc/apus/tls/fullchain.pem", keyPath: "/etc/apus/tls/privkey.pem", port: 8443 + offset,
            proberPort: 9115 + offset),
        balancing: .leastConnections, webSocketPaths: ["/ws/"], peakRequests: 100, statusPort: 8081 + offset,
        exporterPort: 9113 + offset)
    HostMonitoring(exporterPort: 9100 + offset)
}
