import ApusTopology
import NotificationFleet
import NotificationPack
import Testing

@Suite struct `The notification fleet` {
    @Test(arguments: AgentPlacement.allCases)
    func `has two APIs and five workers at their ports, and contradicts itself nowhere`(placement: AgentPlacement) {
        let fleet = notificationFleet(FleetParameters(placement: placement))
        #expect(fleet.faults == [])
        #expect(fleet.services(role: .api).flatMap(\.instances).map(\.port) == [3001, 3002])
        #expect(fleet.services(role: .worker).flatMap(\.instances).map(\.metricsPort) == [9091, 9092, 9093, 9094, 9095])
        #expect(fleet.services(role: .worker).flatMap(\.instances).map(\.name) == (1...5).map { "worker-\($0)" })
        #expect(fleet.connectionLimit == 35)
    }

    @Test func `is deployed for production where nobody says otherwise`() {
        let fleet = notificationFleet()
        #expect(fleet.deployed(in: nil).environment == .production)
        #expect(fleet.deployed(in: nil).databases.map(\.name) == ["postgres"])
        #expect(fleet.deployed(in: .staging).environment == .staging)
        #expect(fleet.deployed(in: .development).databases == [])
    }

    @Test func `moves every port by the offset`() {
        let fleet = notificationFleet(FleetParameters(portOffset: 20_000))
        #expect(fleet.faults == [])
        #expect(fleet.services(role: .api).flatMap(\.instances).map(\.port) == [23_001, 23_002])
        #expect(fleet.agentEndpoints.map(\.port) == [29_480])
        #expect(fleet.scraping.prometheusPort == 29_090)
    }

    @Test func `names the places of the ports that an offset moves out of range`() {
        let faults = notificationFleet(FleetParameters(portOffset: 60_000)).faults
        #expect(faults.count > 2)
        #expect(faults.allSatisfy { $0.description.contains("is out of range: use 1 to 65535") })
        #expect(faults.allSatisfy { $0.place.fileID == "NotificationFleet/Fleet.swift" })
    }

    @Test func `has the alert thresholds of the original system`() {
        let limits = notificationFleet().thresholds
        #expect(limits[Threshold.cpuPercent].value == 70)
        #expect(limits[Threshold.memory].value == 512 * 1_048_576)
        #expect(limits[Threshold.connections].value == 50)
        #expect(limits[Threshold.queueDepth].value == 10_000)
        #expect(limits[Threshold.errorRatio].value == 0.01)
    }

    @Test(arguments: FleetEnvironment.allCases, AgentPlacement.allCases)
    func `contradicts itself in no environment`(environment: FleetEnvironment, placement: AgentPlacement) {
        #expect(notificationFleet(FleetParameters(placement: placement)).varied(for: environment).faults == [])
    }

    @Test(arguments: FleetEnvironment.allCases, AgentPlacement.allCases)
    func `is drawn with no line to what is not shown`(environment: FleetEnvironment, placement: AgentPlacement) {
        let lines = notificationFleet(FleetParameters(placement: placement)).varied(for: environment).mermaid
            .split(separator: "\n").map { $0.drop { $0 == " " } }
        let shown = Set(
            lines.filter { $0.contains("[") }.map { line in
                line.replacing("subgraph ", with: "").prefix { $0 != "[" && $0 != "(" }
            })
        for line in lines where !line.contains("[") && line.contains(">") {
            let ends = line.split(separator: " ")
            #expect(shown.contains(ends[0]) && shown.contains(ends[2]), "\(line)")
        }
    }

    @Test func `has an endpoint in production for everything that listens`() {
        let endpoints = notificationFleet().varied(for: .production).endpoints
        // None of its services reports over HTTP, or has a page of its own.
        #expect(Set(endpoints.map(\.kind)) == Set(FleetEndpoint.Kind.allCases).subtracting([.agentReports, .page]))
        #expect(
            endpoints.map { "\($0.process):\($0.port)" } == [
                "prometheus:9090", "agent:9480", "api-1:3001", "api-2:3002", "alertmanager:9193", "node-exporter:9100",
                "postgres:5432", "postgres-exporter:9187", "pgbouncer:6432", "pgbouncer-exporter:9127", "rabbitmq:5672",
                "rabbitmq:15692", "redis:6379", "redis-exporter:9121", "nginx:8080", "nginx:8443", "nginx:8081",
                "nginx-exporter:9113", "nginx-prober:9115",
            ])
        #expect(endpoints.allSatisfy { $0.place.fileID == "NotificationFleet/Fleet.swift" })
    }
}
