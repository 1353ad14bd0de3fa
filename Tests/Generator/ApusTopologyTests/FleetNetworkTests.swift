import ApusTopology
import NotificationFleet
import Testing

@Suite struct `The network of a fleet` {
    private let production = notificationFleet().varied(for: .production)

    @Test func `has an endpoint for everything that listens`() {
        let endpoints = production.endpoints
        #expect(Set(endpoints.map(\.kind)) == Set(FleetEndpoint.Kind.allCases))
        #expect(
            endpoints.map { "\($0.process):\($0.port)" } == [
                "prometheus:9090", "agent:9480", "api-1:3001", "api-2:3002", "alertmanager:9193", "node-exporter:9100",
                "postgres:5432", "postgres-exporter:9187", "pgbouncer:6432", "pgbouncer-exporter:9127", "rabbitmq:5672",
                "rabbitmq:15692", "redis:6379", "redis-exporter:9121", "nginx:8080", "nginx:8443", "nginx:8081",
                "nginx-exporter:9113", "nginx-prober:9115",
            ])
        #expect(endpoints.allSatisfy { $0.place.fileID == "NotificationFleet/Fleet.swift" })
    }

    @Test func `has no endpoint of what the fleet does not have`() {
        let fleet = Fleet("f") { FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) } }
        #expect(fleet.endpoints.map(\.kind) == [.prometheus, .agent])
    }

    @Test func `leads to hosts by address and to containers by name, at the same ports`() throws {
        let database = Database("orders", host: "db.example.org", port: 5433)
        let fleet = Fleet("f", host: "10.0.0.1") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            Agents(.besideEachInstance)
            database
        }
        let agent = fleet.endpoint(of: try #require(fleet.agentEndpoints.first))
        #expect(FleetNetwork.host.address(of: agent) == "10.0.0.1:9091")
        #expect(FleetNetwork.containers.address(of: agent) == "agent-worker-1:9091")
        #expect(FleetNetwork.host.address(of: fleet.endpoint(of: database)) == "db.example.org:5433")
        #expect(FleetNetwork.containers.address(of: fleet.endpoint(of: database)) == "orders:5433")
        #expect(FleetNetwork.host.address(of: fleet.exporter(of: database)) == "db.example.org:9187")
        #expect(FleetNetwork.containers.address(of: fleet.exporter(of: database)) == "orders-exporter:9187")
    }
}
