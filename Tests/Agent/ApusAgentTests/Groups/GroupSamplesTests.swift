import AgentMetrics
import ApusAgent
import ApusMetrics
import Testing

/// Groups and reports share the samples that one exposition may have.
@Suite struct GroupSamplesTests {
    private static let file =
        "groups: [{ service: shop, match: { command: shop } }, { service: job, instance: 'job-${n}', match: { command: 'job (?<n>[0-9]+)' } }]"

    private func exposition(of jobs: Int, on host: FixtureHost) throws -> Exposition {
        try host.put(.init(pid: 4800, command: "shop"))
        for number in 1...jobs {
            try host.put(.init(pid: 4800 + Int32(number), command: "job \(number)", startTicks: 329_000 + number))
        }
        return host.exposition(
            try host.host(),
            groups: GroupTable(try host.groups(Self.file), configuration: host.configuration, root: host.root))
    }

    private func report(_ family: String, _ count: Int, to host: FixtureHost) throws {
        let text = "# TYPE \(family) gauge\n" + (0..<count).map { "\(family){number=\"\($0)\"} 1\n" }.joined()
        try host.table.receive(
            ReceivedReport(text: Array(text.utf8), as: .text, limits: .ofInstance(series: 5000)), of: FixtureHost.worker,
            from: ReportPeer(pid: 0, uid: 1000), at: host.time.now)
    }

    private func jobs(_ samples: [String: String]) -> Int {
        samples.keys.count { $0.hasPrefix("apus_service_up{service=\"job\"") }
    }

    @Test func `captured groups past the limit of samples are left out, counted and told, and reports keep their share`() throws
    {
        let host = try FixtureHost { $0.sampleLimit = 1000 }
        let exposition = try exposition(of: 60, on: host)
        try report("orders", 100, to: host)
        let first = exposition.samples
        #expect((900...1000).contains(first.count), "\(first.count)")
        #expect(first.keys.count { $0.hasPrefix("orders{") } == 100)
        #expect(first[#"apus_service_up{service="shop",instance="shop"}"#] == "1")
        let served = jobs(first)
        #expect((5...40).contains(served), "\(served)")
        // Those that came first stay.
        #expect(first[#"apus_service_up{service="job",instance="job-1"}"#] == "1")
        host.time.pass(.seconds(1))
        let second = exposition.samples
        #expect(second["apus_agent_groups_unserved"] == "\(60 - served)" && jobs(second) == served)
        let lines = host.log.lines(
            "captured groups are not served, as 1000 samples of one exposition are the most: have fewer captures in names, or raise --sample-limit and sample_limit"
        )
        #expect(lines.map { $0["number"] } == ["\(60 - served)"] && lines.first?["groups"]?.contains("job/job-") == true)
    }

    @Test func `a report that wants more than there is has its share beside captured groups`() throws {
        let host = try FixtureHost { $0.sampleLimit = 1000 }
        let exposition = try exposition(of: 60, on: host)
        try report("orders", 3000, to: host)
        let samples = exposition.samples
        #expect((900...1000).contains(samples.count), "\(samples.count)")
        #expect(samples.keys.count { $0.hasPrefix("orders{") } > 200 && jobs(samples) > 3)
    }

    @Test func `series under the names of the agent's own process are cut with the groups behind them in mind`() throws {
        let host = try FixtureHost { $0.sampleLimit = 1000 }
        let exposition = try exposition(of: 4, on: host)
        try report("process_open_fds", 2000, to: host)
        let samples = exposition.samples
        #expect((900...1000).contains(samples.count), "\(samples.count)")
        #expect(jobs(samples) == 4)
    }

    @Test func `where there is room every group is served`() throws {
        let host = try FixtureHost()
        let exposition = try exposition(of: 60, on: host)
        #expect(jobs(exposition.samples) == 60 && exposition.samples["apus_agent_groups_unserved"] == "0")
    }
}
