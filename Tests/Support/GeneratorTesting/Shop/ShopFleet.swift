import ApusPromQL
package import ApusTopology

/// A shop of two APIs and five workers that pack its orders; staging and production add the servers around it.
///
/// Tests of the generator use it where any fleet will do: it has something of everything that a fleet can have.
package func shopFleet(
    _ placement: AgentPlacement = .perHost, scrapeInterval: Duration = .seconds(15), alertHold: Duration = .seconds(60),
    portOffset offset: Int = 0
) -> Fleet {
    Fleet("shop", environment: .development) {
        FleetService("api", role: .api, program: shopProgram("api", stopGrace: .seconds(10))) {
            for number in 1...2 {
                Instance("api-\(number)", port: 3000 + number + offset, metricsPort: 9100 + number + offset)
            }
        }
        FleetService(
            "worker", role: .worker, program: shopProgram("worker", stopGrace: .seconds(20)), records: [.pool, .orders],
            scaling: Scaling(minimum: 5, maximum: 20, by: .orders(of: "worker"))
        ) {
            for number in 1...5 { Instance("worker-\(number)", metricsPort: 9090 + number + offset) }
        }
        Agents(placement, port: 9480 + offset, samplingInterval: scrapeInterval)
        Scraping(interval: scrapeInterval, prometheusPort: 9090 + offset)
        Alerting(hold: alertHold)
        Thresholds(
            .cpuPercent(70, .medium), .memory(.mebibytes(512), .high), .waitingOrders(10_000, .high),
            .declinedPayments(0.01, .critical), .connections(50, .high))
        ConnectionBudget(perInstance: 5, minimum: 10, maximum: 50)
        ShopPack()
        Objective.availability(of: "api", 0.999)
        Objective.latency(of: "api", 0.99, below: 0.25)
        Objective(
            "payments", of: "worker", target: 0.98, bad: ShopMetrics.declined.series.matching(.service, "worker"),
            total: ShopMetrics.orders.series.matching(.service, "worker"), metrics: .orders)

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
                Receiver("packers", .slack(channel: "#packers", webhookFile: "/etc/apus/secrets/slack"))
                Receiver(
                    "team",
                    .email(
                        to: "team@example.org", from: "shop@example.org", smartHost: "smtp.example.org:587", user: "shop",
                        passwordFile: "/etc/apus/secrets/smtp"))
                Route(severity: .critical, to: "on-call", repeatInterval: .seconds(3600))
                Route(severity: .high, service: "worker", to: "packers")
                Route(severity: .high, to: "on-call")
            }
        }
    }
}

/// How the shop's processes are started: `shop NAME` with everything that differs from process to process and from place to place.
package func shopProgram(_ name: String, stopGrace: Duration) -> ServiceCommand {
    ServiceCommand(
        ServiceExecutable(
            "shop", summary: "A shop that sells things", buildPackages: ["libsqlite3-dev"], packages: ["libsqlite3-0"]),
        arguments: [
            ["\(name)"], ["--instance", "\(.instance)"], ["--host", "\(.host)", "--port", "\(.port)"],
            ["--data", "\(.dataFolder)"], ["--agent-socket", "\(.agentSocket)"], ["--connections", "\(.connections)"],
            ["--log-level", "\(.logLevel)"],
        ], stopGrace: stopGrace, watchdog: .seconds(30), probe: ["shop", "probe"])
}

/// The servers around the shop where it runs for customers.
@FleetBuilder
private func servers(offset: Int) -> [any FleetPart] {
    Database(
        "postgres", port: 5432 + offset, database: "shop", maxConnections: 100,
        pooler: Pooler(port: 6432 + offset, exporterPort: 9127 + offset), exporterPort: 9187 + offset)
    Broker(
        "rabbitmq", port: 5672 + offset, metricsPort: 15_692 + offset,
        queues: [BrokerQueue("orders", consumers: "worker", prefetch: 50, maxLength: 100_000)])
    Cache("redis", port: 6379 + offset, exporterPort: 9121 + offset)
    LoadBalancer(
        service: "api", serverNames: ["shop.example.org"], port: 8080 + offset,
        certificate: Certificate(
            certificatePath: "/etc/apus/tls/fullchain.pem", keyPath: "/etc/apus/tls/privkey.pem", port: 8443 + offset,
            proberPort: 9115 + offset),
        balancing: .leastConnections, webSocketPaths: ["/ws/"], peakRequests: 100, statusPort: 8081 + offset,
        exporterPort: 9113 + offset)
    HostMonitoring(exporterPort: 9100 + offset)
}
