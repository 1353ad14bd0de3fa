import ApusTopology
import Testing

@Suite struct `A fleet on a host` {
    private func faults(_ parts: any FleetPart...) -> [String] {
        Fleet("f") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            for part in parts { part }
        }.faults.map { String($0.description.split(separator: ": ", maxSplits: 1).last ?? "") }
    }

    @Test(arguments: ["", "9lives", "-x", "Upper", "a b", "ä", String(repeating: "a", count: 32)])
    func `has users whose names every tool takes`(user: String) {
        let message =
            "the user “\(user)” of the agents is illegal: use 1 to 31 of a-z, 0-9, hyphens and underscores, no digit or hyphen first"
        #expect(faults(Installation(agentUser: user)) == [message])
    }

    @Test func `keeps its agents from its services`() {
        #expect(
            faults(Installation(agentUser: "apus")) == [
                "agents and services have the same user apus, so that a service could change its agent: give one another"
            ])
    }

    @Test(arguments: ["", "var", "/", "/var/", "/var//lib", "/var/../lib", "/a b", "/a%i", "/$HOME", "/a\nb"])
    func `has folders by absolute, plain paths`(path: String) {
        let message = "the state folder “\(path)” is illegal: use an absolute path"
        #expect(faults(Installation(stateFolder: path)).map { $0.hasPrefix(message) } == [true])
    }

    @Test func `has sockets whose paths fit`() {
        func folder(_ length: Int) -> any FleetPart {
            Installation(runtimeFolder: "/" + String(repeating: "r", count: length - 1))
        }
        // 107 bytes, with a slash and agent.sock.
        #expect(faults(folder(96)) == [])
        #expect(faults(folder(97)).count == 1)
        #expect(faults(DataFolder(agentSocketStem: "a%i")).count == 1)
    }

    @Test func `has limits that its processes can live with, above what alerts watch`() {
        func fleet(_ limits: ResourceLimits) -> [String] {
            Fleet("f") {
                FleetService("worker", role: .worker, limits: limits) { Instance("worker-1", metricsPort: 9091) }
            }.faults.map { String($0.description.split(separator: ": ", maxSplits: 1).last ?? "") }
        }
        #expect(fleet(ResourceLimits(memory: .mebibytes(513), tasks: 32, openFiles: 64)) == [])
        #expect(
            fleet(ResourceLimits(memory: .mebibytes(512))) == [
                "worker is ended at 536870912 bytes but alerted on above 536870912, so that the alert could not fire:"
                    + " raise the limit or lower Thresholds.memory"
            ])
        #expect(fleet(ResourceLimits(tasks: 31)) == ["the task limit of service worker is 31.0: it must be at least 32"])
        #expect(
            fleet(ResourceLimits(openFiles: 63)) == ["the descriptor limit of service worker is 63.0: it must be at least 64"])
        #expect(faults(Agents(limits: ResourceLimits(memory: .mebibytes(31)))).count == 1)
    }

    @Test func `has no unit twice`() {
        func fleet(_ placement: AgentPlacement) -> Fleet {
            Fleet("f") {
                FleetService("agent", role: .worker) { Instance("worker-1", metricsPort: 9091) }
                Agents(placement)
            }
        }
        #expect(fleet(.perHost).faults == [])
        #expect(fleet(.besideEachInstance).faults.count == 1)
    }

    @Test func `is alerted on before it is ended, whatever the threshold`() {
        let fleet = Fleet("f") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            Thresholds(.memory(.bytes(.max), .high))
        }
        #expect(fleet.memoryLimit(ResourceLimits()) == .bytes(.max))
        #expect(fleet.memoryLimit(ResourceLimits(memory: .bytes(7))) == .bytes(7))
    }
}
