import ApusFiles
import ApusGenerator
import ApusTopology
import GeneratorTesting
import Testing

/// Alerts on what agents watch: only where the fleet has it.
@Suite struct `Alerts on what agents watch` {
    private func names(_ fleet: Fleet) throws -> Set<String> { Set(try RuleDocument.alerts(of: fleet).map(\.name)) }

    private func fleet(_ environment: FleetEnvironment = .production, _ parts: any FleetPart...) -> Fleet {
        Fleet("f", environment: environment) {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            for part in parts { part }
        }
    }

    private static let ofPages: Set = ["PageUnread", "PageUnreliable", "PageSeriesLeftOut"]
    private static let ofGroups: Set = ["ProcessStopped", "ProcessesChurn", "AgentLeavesProcesses"]
    private static let ofUnits: Set = [
        "UnitAbsent", "TimerMissed", "SocketRefusesConnections", "UnitInactive", "UnitRestartsOften",
    ]
    private static let ofJournal: Set = ["JournalFilesUnread", "JournalUnitsFolded", "JournalNamesFolded", "MessagesDropped"]
    private static let ofHosts: Set = ["MemoryPressure", "HostMemoryLow", "HostOverloaded"]

    @Test func `are of pages, groups and sockets where it declares them`() throws {
        let all = try names(pagedFleet)
        #expect(
            all.isSuperset(
                of: Self.ofPages.union(Self.ofGroups).union(Self.ofUnits).union(Self.ofHosts).union(["ListenQueueFull"])))
        let found = try names(polyglotFleet)
        #expect(
            found.isSuperset(of: Self.ofGroups.union(["AgentLeavesSeries", "AgentLeavesGroups"]))
                && !all.contains("AgentLeavesGroups")
                && found.isDisjoint(with: Self.ofPages.union(["ListenQueueFull"])))
        #expect(try names(fleet()).isDisjoint(with: Self.ofPages.union(Self.ofGroups).union(["ListenQueueFull"])))
        let alone = Fleet("f") {
            FleetService("mailer", runtime: .go, found: [], page: MetricsPage()) { Instance("mailer-1", metricsPort: 9500) }
        }
        let ofAlone = try names(alone)
        #expect(ofAlone.contains("PageUnreliable") && ofAlone.isDisjoint(with: Self.ofGroups))
    }

    @Test(
        arguments: [
            (["a.timer"], ["UnitAbsent", "TimerMissed", "UnitInactive"]), (["a.service"], ["UnitAbsent", "UnitRestartsOften"]),
            (["a*.service"], ["UnitRestartsOften"]),
            (["srv-*.mount"], ["UnitInactive"]), (["a*.socket"], ["SocketRefusesConnections", "UnitInactive"]),
            (["a*"], ["SocketRefusesConnections", "TimerMissed", "UnitInactive", "UnitRestartsOften"]),
        ] as [([String], [String])]) func `are of units by the types that are watched`(units: [String], alerts: [String]) throws
    {
        let watched = units.count == 1 ? HostUnits(units[0]) : HostUnits()
        #expect(try names(fleet(.production, watched)).intersection(Self.ofUnits) == Set(alerts))
        // Where nothing runs under systemd, no agent sees a unit.
        #expect(try names(fleet(.development, watched)).isDisjoint(with: Self.ofUnits.union(Self.ofJournal)))
        #expect(try names(fleet()).isSuperset(of: Self.ofJournal))
    }

    @Test func `are of hosts where node_exporter is not asked and one agent sees each`() throws {
        #expect(try names(fleet()).isSuperset(of: Self.ofHosts))
        #expect(try names(fleet(.production, HostMonitoring())).intersection(Self.ofHosts) == ["MemoryPressure"])
        #expect(try names(fleet(.production, Agents(.besideEachInstance))).isDisjoint(with: Self.ofHosts))
        #expect(try names(fleet(.development)).isDisjoint(with: Self.ofHosts))
        // In a cluster each pod's agent sees the node, and the node is not the fleet's.
        let manifests = try FileKind.kubernetes.files(for: fleet()).map(\.contents).joined()
        #expect(manifests.contains("alert: InstanceDown") && !manifests.contains("alert: HostOverloaded"))
        #expect(!manifests.contains("host_load15"))
    }

    @Test func `reach the agent as options of its unit`() throws {
        let unit = try #require(
            try FileKind.systemd.files(for: pagedFleet).first { $0.path == "deploy/systemd/apus-agent.service" }
        ).contents
        for option in [
            "--watch-unit backup.timer", "--watch-unit srv-*.mount", "--watch-unit sshd.socket", "--socket-budget 5ms",
        ] {
            #expect(unit.contains(option), "\(option)")
        }
    }
}
