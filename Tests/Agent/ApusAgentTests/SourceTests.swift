import AgentMetrics
import ApusAgent
import ApusJournal
import ApusMetrics
import ApusSegment
import Foundation
import HostTesting
import Testing

private let worker = #"service="worker",instance="worker-1""#

/// The frame around sources: names, switches, the last good reading and its age.
@Suite struct SourceTests {
    @Test func `every source has a name of its own`() {
        #expect(Set(SourceCatalog.names).count == SourceCatalog.names.count)
        for name in ["stat", "limits", "descriptors", "report", "heartbeat", "hang", "journal", "units", "process", "work"] {
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
        // What groups have as well is not served of any here.
        let staying = Set(SourceCatalog.entries.filter { $0.source != name && !$0.isOfGroup }.map(\.family.name))
        // A probe serves this one of its own identity alone: of all others it is theirs, whether the source is read or not.
        let shared = Contract.databaseConnections.name
        let stolen = SourceCatalog.entries.filter {
            $0.source == name && !staying.contains($0.family.name) && $0.family.name != shared
        }.map(\.family)
        try host.report(FixtureHost.worker, pid: 4711, connection: 1) { writer in
            for family in stolen.prefix(4) where family.kind == .gauge {
                writer.series(family, labels: [], form: .double).set(987_654_321)
            }
        }
        let text = String(decoding: host.exposition(try host.wholeHost()).render(), as: UTF8.self)
        for family in stolen { #expect(!text.contains("# TYPE \(family.name) "), "\(family.name)") }
        #expect(!text.contains("987654321"))
        #expect(!text.contains(#"{source="\#(name)"}"#))
        #expect(text.contains("apus_source_up{source=\"\(name == "stat" ? "life" : "stat")\"} 1\n"))
    }

    @Test func `descriptors that are counted one by one are counted at turns of the sampling loop, not at scrapes`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let series = "service_process_open_fds{\(worker)}"
        let before = try #require(exposition.samples[series].flatMap { Int($0) })
        try host.folder.write("", to: "host/proc/4711/fd/900")
        for _ in 0..<3 {
            host.time.pass(.seconds(2))
            #expect(exposition.samples[series] == "\(before)")
        }
        host.time.pass(.seconds(9))
        host.table.tick(at: host.time.now)
        #expect(exposition.samples[series] == "\(before + 1)")
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
        host.time.pass(.milliseconds(50))
        let after = exposition.samples
        #expect(after["apus_source_up{source=\"stat\"}"] == "1")
        #expect(after["apus_source_age_seconds{source=\"stat\"}"] == "0")
    }

    @Test func `a failure is told once with its cause, and is served no longer than five minutes`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let name = "service_process_resident_memory_bytes{\(worker)}"
        #expect(exposition.samples[name] != nil)
        try host.overwrite("proc/4711/stat", with: "rubbish")
        host.time.pass(.seconds(299))
        #expect(exposition.samples[name] != nil)
        host.time.pass(.seconds(1))
        #expect(exposition.samples[name] == nil)
        #expect(exposition.samples["apus_source_up{source=\"stat\"}"] == "0")
        #expect(exposition.samples["apus_source_age_seconds{source=\"stat\"}"] == nil)
        let lines = host.log.lines("a source cannot be read; what it said last is served for 300 s")
            .filter { $0["source"] == "stat" }
        #expect(lines.count == 1)
        #expect(lines.first?["of"] == "worker/worker-1")
        #expect(lines.first?["fault"]?.hasSuffix("proc/4711/stat: not of the form that this version knows") == true)
    }

    @Test func `a file that a living process has not is no end of it, and may come later`() throws {
        let host = try FixtureHost()
        let groups = try host.folder.read("host/proc/4711/cgroup")
        try host.folder.remove("host/proc/4711/cgroup")
        try host.folder.remove("host/proc/4711/limits")
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let exposition = host.exposition(try host.host())
        let before = exposition.samples
        #expect(before["apus_service_up{\(worker)}"] == "1")
        #expect(before["service_process_resident_memory_bytes{\(worker)}"] != nil)
        #expect(before["service_process_max_fds{\(worker)}"] == nil)
        let unit = "apus_service_unit_info{\(worker),unit=\"apus-worker@worker-1.service\"}"
        #expect(before[unit] == nil)
        // Nobody has it: that is no failure, and nothing good either.
        #expect(before["apus_source_up{source=\"limits\"}"] == nil)
        try groups.write(toFile: host.folder.path("host/proc/4711/cgroup"), atomically: false, encoding: .utf8)
        host.time.pass(.seconds(15))
        host.table.tick(at: host.time.now)
        #expect(exposition.samples[unit] == "1")
        #expect(exposition.samples["apus_service_up{\(worker)}"] == "1")
        try host.end(4711)
        host.time.pass(.seconds(15))
        #expect(exposition.samples["apus_service_up{\(worker)}"] == "0")
    }

    @Test func `whoever sets the clock changes no uptime`() throws {
        let host = try FixtureHost()
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let exposition = host.exposition(try host.host())
        let name = "worker_uptime_seconds{\(worker)}"
        let before = try #require(exposition.samples[name].flatMap { Double($0) })
        host.time.step(86_400)
        host.time.pass(.seconds(2))
        #expect(try #require(exposition.samples[name].flatMap { Double($0) }) == before + 2)
    }

    @Test(arguments: [(true, true, "1"), (false, true, "0"), (true, false, "0")])
    func `a journal that is not read, or not counted yet, is no source in good order`(
        isOpen: Bool, isCounted: Bool, up: String
    ) throws {
        let host = try FixtureHost()
        var subject = try host.host()
        let counts = isCounted ? JournalState().counts : nil
        subject.journals = { _ in [FollowedJournal(counts: counts, isOpen: isOpen, isAtEnd: true, age: 3, newest: nil)] }
        subject.units = { _ in WatchedUnits(snapshot: UnitSnapshot(), age: nil, expected: []) }
        let samples = host.exposition(subject).samples
        for source in ["journal", "journal-units"] {
            #expect(samples["apus_source_up{source=\"\(source)\"}"] == up)
            #expect(samples["apus_source_age_seconds{source=\"\(source)\"}"] == "3")
        }
        // No bus has answered yet.
        #expect(samples["apus_source_up{source=\"units\"}"] == "0")
        #expect(samples["apus_source_age_seconds{source=\"units\"}"] == nil)
        // Nobody has patterns.
        #expect(samples["apus_source_up{source=\"journal-patterns\"}"] == nil)
    }

    @Test func `a start that is refused because there were too many is no exit`() throws {
        let host = try FixtureHost()
        let samples = host.exposition(try host.wholeHost()).samples
        let unit = try #require(
            samples.keys.first { $0.hasPrefix("journal_unit_start_limit_hits_total") && samples[$0] == "2" })
        #expect(!samples.keys.contains { $0.hasPrefix("journal_unit_exits_total") && $0.contains("limit-hit") })
        #expect(unit.contains("unit="))
    }

    @Test func `where nobody judges, no process is said to hang or not to hang`() throws {
        let host = try FixtureHost { $0.sources = try! SourceChoice(without: ["hang"]) }
        let instance = try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        #expect(instance.look(at: host.time.now).isHung == nil)
        let judged = try FixtureHost()
        #expect(try judged.report(FixtureHost.worker, pid: 4711, connection: 1).look(at: judged.time.now).isHung == false)
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
