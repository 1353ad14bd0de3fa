import ApusTopology
import Testing

@Suite struct `The network of a fleet` {
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
