import AgentMetrics
import ApusAgent
import ApusLinux
import ApusMetrics
import ApusOTLP
import ApusSegment
import CLinux
import Foundation
import Glibc
import HostTesting
import Logging

/// An agent over a tree of its own in place of the kernel's files, without a socket, a thread or the system's clock.
final class SimulatedWeek {
    /// What this process holds.
    struct Footprint: CustomStringConvertible {
        let residentKiB: Int
        let descriptors: Int
        let series: Int

        var description: String { "\(residentKiB) KiB resident, \(descriptors) descriptors, \(series) lines served" }
    }

    private static let watched = """
        groups:
          - service: worker
            instance: worker-${number}
            match: { command: '^/srv/worker (?<number>\\d+)' }
          - service: all
            match: { executable: worker }

        """
    private static let requests = MetricFamily(name: "requests_total", kind: .counter, help: "Requests.", labelNames: ["code"])
    /// Processes of groups, and services that report by segments.
    private static let processes = 24
    private static let services = 6

    private let tree: ProcessTree
    private let configuration: AgentConfiguration
    private let table: InstanceTable
    private let processGroups: ProcessGroups
    private let groups: GroupTable
    private let exposition: Exposition
    private var ledger: OTLPLedger
    private let clock = WeekClock()
    private var turns = 0
    private var nextPid: Int32 = 1000
    private var living: [Int32] = []
    private var reporting: [(instance: KnownInstance, writer: SegmentWriter, pid: Int32, connection: Int)] = []
    private var lines = 0

    init() throws {
        tree = try ProcessTree()
        let configuration = AgentConfiguration()
        self.configuration = configuration
        // The log of a week is not of interest.
        let logger = Logger(label: "week") { _ in SwiftLogNoOpLogHandler() }
        let now = clock.now
        let work = AgentWork(at: now)
        table = InstanceTable(configuration: configuration, root: tree.root, store: nil, at: now)
        processGroups = ProcessGroups(
            try WatchFile.parse(Array(Self.watched.utf8), path: "watch.yaml"), retention: configuration.retention,
            root: tree.root, logger: logger, at: now)
        groups = GroupTable(processGroups, configuration: configuration, root: tree.root)
        let table = table
        let host = HostSubject(process: nil, work: work, instances: { table.instances.count })
        exposition = Exposition(
            table: table, groups: groups, host: host, configuration: configuration, clock: clock.agent, logger: logger)
        ledger = OTLPLedger(limits: OTLPLimits(received: .ofInstance()))
    }

    /// Something ends, something begins, all of it reports, and 15 seconds pass.
    func turn() throws {
        turns += 1
        try churnProcesses()
        try churnServices()
        try receive()
        table.tick(at: clock.now)
        groups.tick(at: clock.now)
        lines = exposition.render(turns % 2 == 0 ? .text004 : .protobuf).count { $0 == UInt8(ascii: "\n") }
        clock.pass(.seconds(15))
    }

    private func begin(_ command: String) throws -> Int32 {
        nextPid = nextPid == 32_000 ? 1000 : nextPid + 1
        // Clock ticks from the boot.
        try tree.begin(nextPid, command, startTicks: clock.now.sinceBoot / 10_000_000)
        return nextPid
    }

    private func churnProcesses() throws {
        while living.count >= Self.processes { try tree.end(living.removeFirst()) }
        while living.count < Self.processes {
            living.append(try begin("/srv/worker \(nextPid % 7 * 100 + Int32(turns % 100))"))
        }
        for pid in living { try tree.work(pid) }
    }

    private func churnServices() throws {
        while reporting.count >= Self.services {
            let service = reporting.removeFirst()
            try tree.end(service.pid)
            service.instance.detach(connection: service.connection, at: clock.now)
        }
        while reporting.count < Self.services {
            let pid = try begin("/srv/api")
            let writer = try SegmentWriter(seriesLimit: 16, drops: ServiceState.droppedFamilySeries.family)
            for code in 0..<5 {
                writer.series(Self.requests, labels: [("code", "\(200 + code)")], form: .integer).add(UInt64(turns))
            }
            var heartbeat = clock.now.monotonic
            _ = pwrite(writer.descriptor, &heartbeat, 8, off_t(SegmentLayout.Header.heartbeat))
            let admission = try table.admit(
                try Hello(service: "api", instance: "api-\(turns)-\(pid)"), from: ReportPeer(pid: pid, uid: 1000),
                descriptor: writer.descriptor, connection: turns, at: clock.now)
            reporting.append((admission.instance, writer, pid, turns))
        }
    }

    /// A new instance reports by each way over HTTP; it falls silent then.
    private func receive() throws {
        let peer = ReportPeer(pid: 1, uid: 1001)
        let text = "# TYPE jobs counter\njobs_total{queue=\"q\(turns % 11)\"} \(turns)\n# TYPE heap gauge\nheap 5\n# EOF\n"
        try table.receive(
            try ReceivedReport(text: Array(text.utf8), as: .openMetrics, limits: .ofInstance()),
            of: InstanceIdentity(service: "web", instance: "web-\(turns)"), from: peer, at: clock.now)
        let nanoseconds = Int(clock.now.realtime) * 1_000_000_000
        let export = """
            {"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},\
            {"key":"service.instance.id","value":{"stringValue":"shop-\(turns)"}}]},"scopeMetrics":[{"metrics":[\
            {"name":"orders","sum":{"aggregationTemporality":1,"isMonotonic":true,"dataPoints":[\
            {"asInt":"3","startTimeUnixNano":"\(nanoseconds - 1)","timeUnixNano":"\(nanoseconds)"}]}}]}]}]}
            """
        let taken = ledger.take(
            try OTLPRequest(json: Array(export.utf8), limits: OTLPLimits(received: .ofInstance())), at: clock.now.monotonic)
        _ = ledger.expire(at: clock.now.monotonic)
        for (identity, report) in taken.reports { try table.receive(report, of: identity, from: peer, at: clock.now) }
    }

    func footprint() -> Footprint {
        apus_trim_heap(0)
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
        return Footprint(
            residentKiB: (pages.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0) * 4, descriptors: descriptors, series: lines)
    }
}
