import AgentMetrics
import ApusAgent
import ApusLimits
import ApusMetrics
import ApusSegment
import Glibc
import Testing

private let worker = #"service="worker",instance="worker-1""#
private let api = #"service="api",instance="api-1""#

/// What one instance, or one user, can take from the others.
@Suite struct SeriesBudgetTests {
    private static let jobs = MetricFamily(name: "jobs_total", kind: .counter, help: "Jobs.")

    private static func fill(_ writer: SegmentWriter, _ count: Int) {
        for number in 0..<count {
            writer.series(jobs, labels: [("number", "\(number)")], form: .integer).add(UInt64(number))
        }
    }

    @Test func `an exposition has no more samples than a scrape may, and who reports little is served whole`() throws {
        let host = try FixtureHost { $0.sampleLimit = 1000 }
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1, seriesLimit: 3000) { Self.fill($0, 3000) }
        try host.report(FixtureHost.api, pid: 4712, connection: 2, seriesLimit: 100) { Self.fill($0, 50) }
        let first = exposition.samples
        #expect((990...1000).contains(first.count))
        #expect(first.keys.count { $0.hasPrefix("jobs_total{\(api)") } == 50)
        let samples = exposition.samples
        let left = try #require(samples["apus_service_series_clipped{\(worker),reason=\"samples\"}"].flatMap { Int($0) })
        #expect(left == 3000 - first.keys.count { $0.hasPrefix("jobs_total{\(worker)") })
        #expect(samples["apus_service_series_clipped{\(api),reason=\"samples\"}"] == "0")
        let lines = host.log.lines(
            "series of an instance are not served: 1000 samples of one exposition are the most; bound their labels, or raise "
                + "--sample-limit and sample_limit")
        #expect(lines.map { $0["instance"] } == ["worker/worker-1"])
    }

    @Test func `histograms count with all their samples`() throws {
        let host = try FixtureHost { $0.sampleLimit = 1000 }
        let waits = MetricFamily(name: "wait_seconds", kind: .histogram, help: "Waits.", buckets: [1, 2, 3, 4, 5, 6, 7])
        try host.report(FixtureHost.worker, pid: 4711, connection: 1, seriesLimit: 500) { writer in
            for number in 0..<500 { _ = writer.series(waits, labels: [("number", "\(number)")], form: .histogram) }
        }
        #expect((980...1000).contains(host.exposition(try host.host()).samples.count))
    }

    @Test func `series of one instance take no more memory than it may have, and another finds room`() throws {
        let host = try FixtureHost { $0.seriesMemory = 2 << 20 }
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1, seriesLimit: 20_000) { Self.fill($0, 20_000) }
        try host.report(FixtureHost.api, pid: 4712, connection: 2, seriesLimit: 100) { Self.fill($0, 50) }
        host.table.takeIn()
        let samples = exposition.samples
        let served = samples.keys.count { $0.hasPrefix("jobs_total{\(worker)") }
        // A quarter of the whole, at a hundred bytes a series.
        #expect((3000...6000).contains(served))
        #expect(samples["apus_service_series_clipped{\(worker),reason=\"memory\"}"] == "\(20_000 - served)")
        #expect(samples.keys.count { $0.hasPrefix("jobs_total{\(api)") } == 50)
        let lines = host.log.lines(
            "series of an instance are not served: 512 KiB of one instance, a quarter of --series-memory are the most; bound their "
                + "labels, or raise --series-memory and MemoryMax=")
        #expect(lines.map { $0["instance"] } == ["worker/worker-1"])
        // What has left the agent leaves its room.
        try host.end(4711)
        host.time.pass(.seconds(1))
        host.table.tick(at: host.time.now)
        host.time.pass(.seconds(301))
        host.table.tick(at: host.time.now)
        try host.report(FixtureHost.worker, pid: 4713, connection: 3, seriesLimit: 3000) { Self.fill($0, 3000) }
        #expect(exposition.samples["apus_service_series_clipped{\(worker),reason=\"memory\"}"] == "0")
    }

    @Test func `a limit of series is that many, and what a process has dropped is told besides`() throws {
        let host = try FixtureHost { $0.seriesLimit = 10 }
        let exposition = host.exposition(try host.host())
        // The process may have as many as the agent serves, and drops ten of its own accord.
        try host.report(FixtureHost.worker, pid: 4711, connection: 1, seriesLimit: 10) { Self.fill($0, 20) }
        try host.report(FixtureHost.api, pid: 4712, connection: 2, seriesLimit: 50) { Self.fill($0, 30) }
        let samples = exposition.samples
        for instance in [worker, api] { #expect(samples.keys.count { $0.hasPrefix("jobs_total{\(instance)") } == 10) }
        #expect(
            samples["apus_service_family_series_dropped_total{\(worker),family=\"jobs_total\"}"] == "10",
            "\(samples.keys.filter { $0.contains("dropped") })")
        #expect(samples["apus_service_series_clipped{\(worker),reason=\"limit\"}"] == "0")
        #expect(samples["apus_service_series_clipped{\(api),reason=\"limit\"}"] == "20")
        let lines = host.log.lines(
            "series of an instance are not served: 10 series of one instance are the most; bound the label with many values, or raise "
                + "--series-limit")
        #expect(lines.map { $0["instance"] } == ["api/api-1"])
    }

    @Test func `a limit of families is told as that, with what to do`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1, seriesLimit: 100_000) { writer in
            for number in 0..<5100 {
                _ = writer.series(
                    MetricFamily(name: "f\(number)_total", kind: .counter, help: "F."), labels: [], form: .integer)
            }
        }
        host.table.takeIn()
        for _ in 0..<4 { _ = exposition.samples }
        let lines = host.log.lines(
            "series of an instance are not served: 5000 families of one instance are the most; put what varies into labels, not into "
                + "names")
        #expect(lines.map { $0["instance"] } == ["worker/worker-1"])
        #expect(lines.first?["unserved"] == "200 series and families")
    }

    @Test func `what ended instances keep is bounded, once a scrape had time to take their last counts`() throws {
        let host = try FixtureHost()
        for (identity, pid, count) in [(FixtureHost.worker, 4711 as Int32, 60_000), (FixtureHost.api, 4712, 50)] {
            try host.report(identity, pid: pid, connection: Int(pid), seriesLimit: 60_000) { Self.fill($0, count) }
            host.table.takeIn()
        }
        for pid in [4711 as Int32, 4712] { try host.end(pid) }
        host.time.pass(.seconds(1))
        #expect(host.table.tick(at: host.time.now).isEmpty)
        host.time.pass(.seconds(30))
        #expect(host.table.tick(at: host.time.now).isEmpty)
        host.time.pass(.seconds(1))
        #expect(host.table.tick(at: host.time.now) == [FixtureHost.worker])
        #expect(host.table.instances.map(\.identity) == [FixtureHost.api])
    }

    @Test func `what is expected back keeps its last counts, however many`() throws {
        let host = try FixtureHost()
        host.table.expect([FixtureHost.worker], at: host.time.now)
        try host.report(FixtureHost.worker, pid: 4711, connection: 1, seriesLimit: 60_000) { Self.fill($0, 60_000) }
        host.table.takeIn()
        try host.end(4711)
        host.time.pass(.seconds(1))
        host.table.tick(at: host.time.now)
        host.time.pass(.seconds(100))
        #expect(host.table.tick(at: host.time.now).isEmpty)
        #expect(host.table.instances.count == 1)
    }

    @Test func `an instance and a user have of the memory what the table of limits says`() {
        let budget = SeriesBudget(total: SeriesLimits.memory.value.bytes)
        #expect(budget.account(of: 1).take(SeriesLimits.instanceMemory.value.bytes))
        #expect(!budget.account(of: 1).take(SeriesLimits.instanceMemory.value.bytes + 1))
        let accounts = (0..<1000).map { _ in budget.account(of: 1) }
        let small = SeriesLimits.smallInstance.value.bytes
        #expect(accounts.count { $0.take(small) } == SeriesLimits.ownerMemory.value.bytes / small)
        #expect(AgentConfiguration().instanceLimit == ReportLimits.instances.value)
    }

    @Test func `one user leaves room for others, and large instances for small ones`() {
        let budget = SeriesBudget(total: 12 << 20)
        // Nobody has more than a quarter, a user's large ones not more than two thirds of its half.
        let large = (0..<3).map { _ in budget.account(of: 1) }
        let taken = large.map { account in (0..<10_000).count { _ in account.take(1024) } }
        #expect(taken == [3072, 1024, 256])
        let small = budget.account(of: 1)
        #expect(small.take(200 << 10))
        let other = budget.account(of: 2)
        #expect(other.take(3 << 20))
        #expect(!other.take(1))
    }

    @Test(
        arguments: [
            (100, [], []), (100, [10, 20], [10, 20]), (100, [10, 200], [10, 90]), (90, [100, 100, 100], [30, 30, 30]),
            (100, [1, 90, 90], [1, 49, 50]), (0, [5], [0]), (-3, [5], [0]),
        ] as [(Int, [Int], [Int])])
    func `who wants little gets it, and the others the same each`(total: Int, wishes: [Int], shares: [Int]) {
        #expect(FairShare.divide(total, among: wishes) == shares)
    }

    /// As many instances as an agent takes, each with all rows that the agent makes of it, leave room for what they report.
    @Test func `what the agent makes of all its instances stays below the samples of a scrape`() throws {
        let host = try FixtureHost()
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let samples = host.exposition(try host.wholeHost()).samples
        let own = samples.keys.count { $0.contains(worker) }
        #expect(own > 20)
        #expect(own * AgentLimits.instances + samples.count - own < AgentLimits.samples)
        #expect(AgentConfiguration().sampleLimit == AgentLimits.samples)
    }
}
