import ApusTopology
import GeneratorTesting
import Testing

/// The generated tests are worth something only if they fail when a rule is wrong.
@Suite struct `Generated rule tests` {
    static let rules: [TestedRule] = (try? TestedRule.all(of: shopFleet().varied(for: .production)) + ofOtherLanguages) ?? []

    /// Those that only services of other languages have, or have otherwise.
    private static var ofOtherLanguages: [TestedRule] {
        get throws {
            let names = [
                "AgentLeavesGroups", "AgentLeavesSeries", "EventLoopLag", "FewDescriptorsLeft", "HighCPU", "HighMemory",
                "InstanceDown",
                "MemoryNearLimit",
                "PoolExhausted", "ProcessGone", "ReportsCease", "TooManyRestarts",
            ]
            return try TestedRule.all(of: polyglotFleet).filter { names.contains($0.rule.name) }
                + TestedRule.all(of: pagedFleet).filter { ofPages.contains($0.rule.name) }
                + TestedRule.all(of: probedFleet).filter { ofProbes.contains($0.rule.name) }
                + TestedRule.all(of: partlyProbed).filter { $0.rule.name == "TooManyDatabaseConnections" }
                + TestedRule.all(of: heapFleet).filter { $0.rule.name == "HeapGrowth" }
        }
    }

    /// Those that only agents with pages, groups, sockets, other units and hosts of their own have.
    private static let ofPages: Set = [
        "PageUnread", "PageUnreliable", "PageSeriesLeftOut", "ProcessStopped", "ProcessesChurn", "ListenQueueFull",
        "UnitAbsent", "TimerMissed",
        "SocketRefusesConnections", "UnitInactive", "UnitRestartsOften", "MemoryPressure", "HostMemoryLow", "HostOverloaded",
        "AgentLeavesProcesses",
    ]

    /// Those that only fleets have whose agent asks something.
    private static let ofProbes: Set = [
        "ProbeDown", "ProbeUnasked", "ProbeAbsent", "ProbedFileOld", "ProbedCertificateEnds", "TooManyDatabaseConnections",
    ]

    /// A fleet of two databases, one of which says itself how many connections are open.
    private static let partlyProbed = Fleet("partly") {
        FleetService("worker", role: .worker, records: [.pool]) { Instance("worker-1", metricsPort: 9091) }
        Database("orders")
        Database("archive", port: 5433, exporterPort: 9188)
        FleetProbe(.postgreSQL("orders"))
    }

    @Test func `there are those of pages, of probes, and of what agents see of units and hosts`() {
        #expect(Self.ofPages.union(Self.ofProbes).isSubset(of: Self.rules.map(\.rule.name)))
    }

    @Test func `there is one of every rule`() throws {
        #expect(Self.rules.count > 85)
        for tested in Self.rules { #expect(tested.isTested, "\(tested.testDescription)") }
    }

    @Test(arguments: rules)
    func `pass of the rule as it is, and fail of every other`(tested: TestedRule) throws {
        try tested.expectEveryMutantToFail()
    }
}
