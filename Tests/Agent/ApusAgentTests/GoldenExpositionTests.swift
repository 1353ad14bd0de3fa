import AgentMetrics
import ApusAgent
import ApusJournal
import ApusLinux
import ApusMetrics
import ApusSegment
import ApusSystemd
import Foundation
import Testing

/// Everything that an agent serves, over the captured tree in `Fixtures/host`, against `Fixtures/host.metrics`.
///
/// What has changed on purpose is renewed with
/// ```
/// APUS_RENEW_GOLDEN=1 swift test --disable-xctest --filter GoldenExpositionTests
/// ```
/// and read in the difference.
@Suite struct GoldenExpositionTests {
    private static let golden = "\(FixtureHost.fixtures)/host.metrics"

    @Test func `the whole exposition is the golden one`() throws {
        let text = try Self.exposition()
        if ProcessInfo.processInfo.environment["APUS_RENEW_GOLDEN"] != nil {
            try text.write(toFile: Self.golden, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOfFile: Self.golden, encoding: .utf8)
        // Line by line, so that a failure says which.
        let (lines, expected) = (text.split(separator: "\n"), golden.split(separator: "\n"))
        for difference in lines.difference(from: expected) {
            switch difference {
            case .insert(_, let line, _): Issue.record("not in the golden exposition: \(line)")
            case .remove(_, let line, _): Issue.record("in the golden exposition alone: \(line)")
            }
        }
        #expect(text == golden)
    }

    /// Two rows that have the same values throughout could be swapped, in one source or from one to another.
    @Test func `no two rows could be swapped unseen`() throws {
        let samples = try Self.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
        var rows: [[Substring]: SourceCatalog.Entry] = [:]
        for entry in SourceCatalog.entries {
            let served = samples.filter { $0.isSample(of: entry) }.map { $0[$0.lastIndex(of: " ")!...] }
            #expect(!served.isEmpty, "the golden exposition has no series of \(entry.family.name)")
            // What is 1 for ever says all in its labels, and every one has its own.
            guard entry.family.kind != .info else { continue }
            if let other = rows.updateValue(entry, forKey: served) {
                // One yes or no has not enough values for all sources; within each they differ.
                let isYesOrNo = entry.source != other.source && served.allSatisfy { [" 0", " 1"].contains($0) }
                #expect(
                    isYesOrNo || entry.isTwin(of: other),
                    "\(entry.family.name) \(entry.labels) and \(other.family.name) \(other.labels): both \(served)")
            }
        }
    }

    @Test func `the catalog says of each family whether the agent makes it`() {
        let made = Set(
            (SourceCatalog.entries.map(\.family) + AgentSources.families + ReportedFamilies.families).map(\.name))
        let recorded = MetricCatalog.families(of: .service).map(\.name)
        // What services record, and a probe of their server serves too.
        let shared: Set = [Contract.databaseConnections.name]
        #expect(made.intersection(recorded) == shared)
        #expect(Set(MetricCatalog.families.map(\.name)).subtracting(made) == Set(recorded).subtracting(shared))
    }

    @Test func `the families of every source are in the catalog, and of one source alone for a kind of subject`() {
        let catalog = Set(MetricCatalog.families.map(\.name))
        for isOfGroup in [false, true] {
            var owners: [String: String] = [:]
            for entry in SourceCatalog.entries where entry.isOfGroup == isOfGroup {
                #expect(catalog.contains(entry.family.name), "\(entry.family.name)")
                #expect(owners[entry.family.name, default: entry.source] == entry.source, "\(entry.family.name)")
                owners[entry.family.name] = entry.source
            }
        }
    }

    private static func exposition() throws -> String {
        let host = try FixtureHost(sockets: sockets)
        try host.open(9001, 9002, 9003, 9004, 9005, 9006, by: 4711)
        host.table.expect([InstanceIdentity(service: "worker", instance: "worker-2")], at: host.time.now)
        try host.report(FixtureHost.worker, pid: 4711, connection: 1) { record($0) }
        host.time.pass(.milliseconds(700))
        try host.report(FixtureHost.api, pid: 4712, connection: 2) { writer in
            writer.series(jobs, labels: [("kind", "small")], form: .integer).add(UInt64(29))
        }
        let groups = try groups(of: host)
        try receive(on: host)
        host.time.pass(.seconds(14))
        host.table.tick(at: host.time.now)
        groups.tick(at: host.time.now)
        host.work.countSample(isLate: false, cpuNanoseconds: 2_100_000, at: host.time.now)
        for _ in 0..<180 { host.work.countSample(isLate: true, cpuNanoseconds: 300_000, at: host.time.now) }
        for _ in 0..<9 { host.work.countScrape(cpuNanoseconds: 1_700_000, bytes: 54_321) }
        for _ in 0..<12 { host.work.countAbortedScrape(cpuNanoseconds: 10_000) }
        for _ in 0..<7 { host.work.countRejectedScrape() }
        for _ in 0..<8 { host.work.countRejectedConnection() }
        for (count, reason) in zip(141..., HTTPConnectionCut.allCases) { for _ in 0..<count { host.work.countCut(reason) } }
        for _ in 0..<151 { host.work.countAcceptPause() }
        for _ in 0..<157 { host.work.countProportional(cpuNanoseconds: 8_300_000) }
        for _ in 0..<158 { host.work.countSockets(cpuNanoseconds: 1_100_000) }
        for _ in 0..<152 { host.work.countRefusedHost() }
        for (count, reason) in zip(901..., DenialReason.allCases) { for _ in 0..<count { host.work.countDenial(reason) } }
        for _ in 0..<911 { host.work.countPasswordCheck() }
        for _ in 0..<364 { host.work.countForgotten() }
        host.work.countLeftOut(362)
        host.work.noteUnserved(groups: 363)
        host.work.noteStore(sent: 153, waiting: 154)
        for (count, reason) in zip(11..., RefusalReason.allCases) { for _ in 0..<count { host.work.countRefusal(reason) } }
        try host.goOn()
        host.time.pass(.milliseconds(12_300))
        var whole = try host.wholeHost()
        whole.unwatchedProcesses = { 155 }
        whole.unwatchedControlGroups = { 156 }
        whole.forgottenGroups = { 361 }
        whole.socketGaps = { SocketGap.allCases.enumerated().flatMap { Array(repeating: $1, count: 157 + $0) } }
        whole.configuration = {
            var standing = ConfigurationStanding()
            (standing.isCurrent, standing.takenAt) = (false, 1_700_000_364.25)
            standing.certificateEnd = 1_731_536_000
            return standing
        }
        let probes = try GoldenProbes.standings(since: TestTime.start)
        whole.probes = { _ in probes }
        // One ends, and the other goes on.
        try host.remove(4820)
        try host.put(pool[0])
        return String(decoding: host.exposition(whole, groups: groups).render(), as: UTF8.self)
    }

    /// Reports over HTTP of a service in another language.
    private static func receive(on host: FixtureHost) throws {
        let text = """
            # HELP jobs_total Jobs that were done.
            # TYPE jobs_total counter
            jobs_total{kind="bulk"} 9007199254740993
            # TYPE process_open_fds gauge
            process_open_fds 21
            # TYPE wait_seconds summary
            wait_seconds{quantile="0.5"} 0.25
            wait_seconds_sum 12.5
            wait_seconds_count 31
            # TYPE nodejs_heap_size_used_bytes gauge
            nodejs_heap_size_used_bytes 7340032

            """
        let report = try ReceivedReport(text: Array(text.utf8), as: .text, limits: .forTests)
        let named = NameBook().naming(report, of: InstanceIdentity(service: "shop", instance: "shop-1")).report
        let identity = InstanceIdentity(service: "shop", instance: "shop-1")
        for _ in 0..<3 {
            try host.table.receive(named, of: identity, from: ReportPeer(pid: 0, uid: 1000), at: host.time.now)
        }
        try scrape(on: host)
    }

    /// A page that the agent fetches of a service.
    private static func scrape(on host: FixtureHost) throws {
        let identity = InstanceIdentity(service: "page", instance: "page-1")
        host.table.scrape([identity])
        let page = try ReceivedReport(text: Array("visits_total 23\n".utf8), as: .text, limits: .forTests)
        try host.table.receive(scraped: page, of: identity, at: host.time.now)
        host.table.scrapes.note(identity) { outcome in
            outcome.isUp = true
            outcome.duration = 0.0125
            outcome.samples = 37
            for (count, reason) in zip((171 as UInt64)..., LeftOutReason.allCases) { outcome.leftOut[reason] = count }
            for (count, failure) in zip((161 as UInt64)..., ScrapeFailure.allCases) { outcome.failures[failure] = count }
        }
        // Its sources are opened before its page is there.
        host.table.tick(at: host.time.now)
    }

    /// Two groups whose processes are in all states, and one of control groups.
    private static func groups(of host: FixtureHost) throws -> GroupTable {
        for process in pool.dropFirst() + others { try host.put(process) }
        var first = pool[0]
        (first.userTicks, first.residentPages) = (0, 99)
        // Several have the one that listens.
        for process in pool.dropFirst().prefix(2) { try host.open(9101, 9102, by: process.pid) }
        try host.open(9103, by: pool[3].pid)
        try host.open(9104, by: others[0].pid)
        try host.put(first, .init(pid: 4820, name: "pool", command: "pool", userTicks: 1))
        // There is room for no more than those before.
        for pid in 4851..<4856 as Range<Int32> {
            let name = pid < 4853 ? "pool" : "other"
            try host.put(.init(pid: pid, name: name, command: name, startTicks: 340_000))
        }
        return GroupTable(
            try host.groups(
                """
                groups:
                  - { service: group-pool, match: { executable: pool } }
                  - { service: group-other, match: { executable: other } }
                  - { service: group-batch, match: { unit: batch-*.service } }
                """, pssBudget: .seconds(1), descriptors: 16 * 2), configuration: host.configuration, root: host.root)
    }

    private static let pool: [FixtureHost.Process] = zip((4801 as Int32)..., "SSRRRRRZ").map { pid, state in
        FixtureHost.Process(
            pid: pid, name: "pool", command: "pool", state: state, userTicks: 11, systemTicks: 7, minorFaults: 1301,
            majorFaults: 13,
            threads: 2, startTicks: 329_900, virtualBytes: 12_288, residentPages: 17, readBytes: 4096, writtenBytes: 8192,
            openFiles: 6, filesLimit: 64, anonymous: 36, swap: 44, oomScore: 667, rss: 68, pss: 17)
    }

    private static let sockets: [KernelSocket] = [
        KernelSocket(inode: 9001, kind: .tcp, state: .listening, queue: 171, limit: 181),
        KernelSocket(inode: 9002, kind: .unix, state: .listening, queue: 172, limit: 182),
        KernelSocket(inode: 9003, kind: .tcp, state: .established), KernelSocket(inode: 9004, kind: .tcp, state: .established),
        KernelSocket(inode: 9005, kind: .tcp, state: .closedByPeer), KernelSocket(inode: 9006, kind: .udp, state: .other),
        KernelSocket(inode: 9101, kind: .tcp, state: .listening, queue: 173, limit: 183),
        KernelSocket(inode: 9102, kind: .udp, state: .established), KernelSocket(inode: 9103, kind: .tcp, state: .established),
        KernelSocket(inode: 9104, kind: .unix, state: .other), KernelSocket(inode: 9999, kind: .tcp, state: .established),
    ]

    private static let others: [FixtureHost.Process] = zip((4831 as Int32)..., "SDTTZZQQQQ").map { pid, state in
        FixtureHost.Process(
            pid: pid, name: "other", command: "other", state: state, userTicks: 19, systemTicks: 23, minorFaults: 29,
            majorFaults: 31,
            threads: 3, startTicks: 330_100, virtualBytes: 16_384, residentPages: 5, readBytes: 512, writtenBytes: 1024,
            openFiles: 7, filesLimit: 80, anonymous: 12, swap: 16, oomScore: 701, rss: 20, pss: 15)
    }

    private static let jobs = MetricFamily(
        name: "jobs_total", kind: .counter, help: "Jobs that were done.", labelNames: ["kind"])

    private static func record(_ writer: SegmentWriter) {
        writer.series(jobs, labels: [("kind", "large")], form: .integer).add(UInt64(17))
        writer.series(ServiceProcess.heap.family, labels: [], form: .double).set(6_291_456)
        writer.series(
            Scheduling.lag.family, labels: ExecutorLabels(executor: "cooperative-pool").pairs, form: .double
        ).set(0.0025)
        writer.series(
            MetricFamily(name: "job_seconds", kind: .histogram, help: "Time that a job took.", buckets: [0.5, 2]), labels: [],
            form: .histogram
        ).observe(1.5)
        // Past the limit of eight series.
        for number in 0..<7 { _ = writer.series(jobs, labels: [("kind", "odd-\(number)")], form: .integer) }
    }
}

extension Substring {
    /// Whether this is a line of the entry's family that has the labels which are known beforehand.
    fileprivate func isSample(of entry: SourceCatalog.Entry) -> Bool {
        guard hasPrefix("\(entry.family.name){") || hasPrefix("\(entry.family.name) ") else { return false }
        guard contains("service=\"group-") == entry.isOfGroup else { return false }
        return entry.labels.allSatisfy { contains("\($0.0)=\"\($0.1)\"") }
    }
}

extension SourceCatalog.Entry {
    /// Whether the other is the same value under a second name, as the contract of the original system has it.
    fileprivate func isTwin(of other: SourceCatalog.Entry) -> Bool {
        Set([family.name, other.family.name]) == [ServiceProcess.residentMemory.name, Contract.memoryUsage.name]
    }
}
