import AgentMetrics
import ApusAgent
import ApusMetrics
import ApusSegment
import HostTesting
import Testing

private let worker = #"service="worker",instance="worker-1""#

/// The frame around sources: names, switches, the last good reading and its age.
@Suite struct SourceTests {
    @Test func `every source has a name of its own`() {
        #expect(Set(SourceCatalog.names).count == SourceCatalog.names.count)
        for name in ["stat", "limits", "descriptors", "segment", "heartbeat", "hang", "journal", "units", "process", "work"] {
            #expect(SourceCatalog.names.contains(name), "\(name)")
        }
    }

    @Test func `a choice is what is named, without what is not wanted`() throws {
        #expect(try SourceChoice() == .all)
        let some = try SourceChoice(only: ["stat", "life"], without: ["life"])
        #expect(some.contains("stat"))
        #expect(!some.contains("life") && !some.contains("work"))
        let most = try SourceChoice(without: ["stat"])
        #expect(!most.contains("stat") && most.contains("work"))
    }

    @Test(arguments: [(["stta"], [String]()), ([], ["stta"])])
    func `a name that no source has is an error that lists the names`(only: [String], without: [String]) {
        let error = #expect(throws: UnknownSource.self) { try SourceChoice(only: only, without: without) }
        let words = error?.description ?? ""
        #expect(words.contains("“stta”"))
        for name in SourceCatalog.names { #expect(words.contains(name), "\(name)") }
    }

    @Test(arguments: SourceCatalog.names)
    func `of a source that is switched off nothing is served, and its names stay its own`(name: String) throws {
        let others = try SourceChoice(without: [name])
        let host = try FixtureHost { $0.sources = others }
        let stolen = SourceCatalog.entries.filter { $0.source == name }.map(\.family)
        try host.report(FixtureHost.worker, pid: 4711, connection: 1) { writer in
            for family in stolen.prefix(4) where family.kind == .gauge {
                writer.series(family, labels: [], form: .double).set(987_654_321)
            }
        }
        let text = String(decoding: host.exposition(try host.host()).render(), as: UTF8.self)
        for family in stolen { #expect(!text.contains("# TYPE \(family.name) "), "\(family.name)") }
        #expect(!text.contains("987654321"))
        #expect(!text.contains(#"{source="\#(name)"}"#))
        #expect(text.contains("apus_source_up{source=\"\(name == "stat" ? "life" : "stat")\"} 1\n"))
    }

    @Test func `a source that fails is served as it was, with its age, and is told to fail`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let before = exposition.samples
        #expect(before["apus_source_up{source=\"stat\"}"] == "1")
        #expect(before["apus_source_age_seconds{source=\"stat\"}"] == "0")
        let good = try host.folder.read("host/proc/4711/stat")
        try host.overwrite("proc/4711/stat", with: "rubbish")
        host.time.pass(.seconds(20))
        let during = exposition.samples
        let name = "service_process_resident_memory_bytes{\(worker)}"
        #expect(during[name] == before[name])
        #expect(during["apus_source_up{source=\"stat\"}"] == "0")
        #expect(during["apus_source_age_seconds{source=\"stat\"}"] == "20")
        #expect(during["apus_source_up{source=\"limits\"}"] == "1")
        #expect(during["apus_service_up{\(worker)}"] == "1")
        try host.overwrite("proc/4711/stat", with: good)
        let after = exposition.samples
        #expect(after["apus_source_up{source=\"stat\"}"] == "1")
        #expect(after["apus_source_age_seconds{source=\"stat\"}"] == "0")
    }

    @Test func `scrapes within fifty milliseconds share one look at the kernel`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let name = "service_process_resident_memory_bytes{\(worker)}"
        let first = try #require(exposition.samples[name])
        try host.goOn()
        host.time.pass(.milliseconds(49))
        #expect(exposition.samples[name] == first)
        host.time.pass(.milliseconds(1))
        #expect(exposition.samples[name] == "20078592")
    }

    @Test func `what an instance has handed over is never older than the scrape`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        let family = MetricFamily(name: "late_total", kind: .counter, help: "Late.")
        var record: (() -> Void)?
        try host.report(FixtureHost.worker, pid: 4711, connection: 1) { writer in
            record = { writer.series(family, labels: [], form: .integer).add(UInt64(5)) }
        }
        #expect(exposition.samples["late_total{\(worker)}"] == nil)
        record?()
        #expect(exposition.samples["late_total{\(worker)}"] == "5")
        #expect(exposition.samples["apus_service_series{\(worker)}"] == "1")
    }

    @Test func `reading is measured once for a source, however many instances have it`() throws {
        let host = try FixtureHost()
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        try host.report(FixtureHost.api, pid: 4712, connection: 2)
        let samples = host.exposition(try host.host()).samples
        // The test's stopwatch goes on by 37 µs a look.
        #expect(samples["apus_source_read_seconds{source=\"stat\"}"] == "0.000037")
        #expect(samples["apus_source_read_seconds{source=\"work\"}"] == "0.000037")
    }
}
