import ApusFiles
import ApusGenerator
import ApusTopology
import GeneratorTesting
import Testing

@Suite struct `Ports in generated files` {
    @Test(arguments: AgentPlacement.allCases, FleetEnvironment.allCases)
    func `are those of the topology, in every file`(placement: AgentPlacement, environment: FleetEnvironment) throws {
        // No default is among the ports: one that a file makes up is seen.
        let fleet = shopFleet(placement, portOffset: 20_000).varied(for: environment)
        let listening = Set(fleet.endpoints.filter { $0.host == fleet.host }.map(\.port))
        #expect(listening.allSatisfy { $0 > 20_000 })
        // The one of a receiver's URL is none of the fleet's.
        let receivers = fleet.routing.receivers.flatMap(\.ways).compactMap { way in
            if case .webhook(let url) = way { url } else { nil }
        }
        var found = 0
        // A pod has a network of its own, and Grafana's port is none of the fleet's.
        let grafana = "127.0.0.1:3000"
        for file in try fleet.generatedFiles() where !file.path.hasPrefix("deploy/kubernetes/") {
            for match in file.contents.matches(of: /127\.0\.0\.1:(\d+)/) {
                found += 1
                let isReceiver = receivers.contains { $0.contains(match.0) } || match.0 == grafana
                let port = try #require(Int(match.1))
                #expect(listening.contains(port) || isReceiver, "\(file.path): \(match.0)")
            }
        }
        #expect(found > 0)
    }
}
