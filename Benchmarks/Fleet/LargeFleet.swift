import AgentMetrics
import ApusPromQL
import ApusTopology
import FleetCommands

/// A fleet of 10,000 instances with servers, objectives and routing around it: every kind of file has something to say.
@main
struct LargeFleet: FleetTool {
    static let fleet = Fleet("large", environment: .production) {
        FleetService("api", role: .api) {
            for number in 1...1000 { Instance("api-\(number)", port: 30_000 + number, metricsPort: 20_000 + number) }
        }
        FleetService("worker", role: .worker) {
            for number in 1...9000 { Instance("worker-\(number)", metricsPort: 40_000 + number) }
        }
        Agents(.besideEachInstance)
        Thresholds(.connections(10_000, .high))
        ConnectionBudget(perInstance: 1, minimum: 10, maximum: 10_000)
        Objective.availability(of: "api", 0.999)
        Objective.latency(of: "api", 0.99, below: 0.25)
        Objective(
            "api-prompt", of: "api", target: 0.95, observations: HTTPServer.requestDuration.series.matching(.service, "api"),
            within: 0.1)
        Database(
            "postgres", database: "large", maxConnections: 20_000, pooler: Pooler(maxClients: 20_000, exporterPort: 9127),
            exporterPort: 9187)
        Broker(
            "rabbitmq", queues: [BrokerQueue("notifications", consumers: "worker", prefetch: 50, maxLength: 100_000)])
        Cache("redis", exporterPort: 9121)
        LoadBalancer(
            service: "api", serverNames: ["large.example.org"], port: 8080,
            certificate: Certificate(
                certificatePath: "/etc/apus/tls/fullchain.pem", keyPath: "/etc/apus/tls/privkey.pem", port: 8443,
                proberPort: 9115),
            statusPort: 8081, exporterPort: 9113)
        HostMonitoring()
        Routing(default: "team") {
            Receiver("team", .webhook(url: "http://127.0.0.1:8025/alerts"))
        }
    }
}
