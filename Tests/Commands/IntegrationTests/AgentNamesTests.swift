import ApusAgent
import ApusDeployment
import ApusTopology
import Foundation
import Testing

/// Agents refuse names that are not theirs; what is generated to scrape them uses names that are.
@Suite struct AgentNamesTests {
    /// On a host that knows nothing of the fleet.
    private static func names(of command: ProcessCommand) throws -> OwnNames {
        func values(_ option: String) -> [String] { command.options.filter { $0.first == option }.compactMap(\.last) }
        let address = try #require(values("--listen").first)
        return OwnNames(
            configured: try values("--allowed-host").map { try #require(AllowedHost($0)) },
            listening: [String(address.prefix { $0 != ":" })], hostname: "elsewhere", hosts: "", resolver: "")
    }

    @Test(arguments: AgentPlacement.allCases, ["127.0.0.1", "10.0.0.7", "app1.prod.example.com"])
    func `an agent of a host answers under the name by which Prometheus scrapes it`(
        placement: AgentPlacement, host: String
    ) throws {
        let fleet = Fleet("names", host: host) {
            Agents(placement)
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
        }
        for agent in fleet.agentEndpoints {
            let command = ProcessCommand.child(agent: agent, in: fleet, folder: "data")
            #expect(try Self.names(of: command).include(host: agent.address))
        }
    }

    @Test func `an agent in a container answers under the name by which Prometheus scrapes it`() throws {
        let folder = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
        let text = try String(contentsOfFile: "\(folder)/deploy/compose/prometheus/prometheus.yml", encoding: .utf8)
        let job = try #require(text.components(separatedBy: "- job_name: ").first { $0.hasPrefix("apus-agent\n") })
        let targets = job.matches(of: /targets:\n\s+- (\S+)/).map { String($0.1) }
        #expect(!targets.isEmpty)
        let fleet = Fleet("names") { FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) } }
        let agent = try #require(fleet.agentEndpoints.first)
        let command = ProcessCommand.container(
            agent: agent.name, in: fleet, port: agent.port, socket: agent.socketName, expecting: [])
        for target in targets { #expect(try Self.names(of: command).include(host: target)) }
    }
}
