import AgentMetrics
import ApusAgent
import ApusJournal
import ApusMetrics
import Foundation
import HostTesting
import Testing

/// When the counts of the agent's own families began, and whole numbers that no double holds.
@Suite struct StartTimesTests {
    private let host: FixtureHost
    /// When the test's host booted, in seconds since the Unix epoch.
    private static let boot = 1_764_000_000.0

    init() throws { host = try FixtureHost { $0.createdSeries = true } }

    private func exposition(_ format: ExpositionFormat, _ groups: ProcessGroups? = nil) throws -> [UInt8] {
        let table = groups.map { GroupTable($0, configuration: host.configuration, root: host.root) }
        return host.exposition(try host.wholeHost(), groups: table).render(format)
    }

    /// The start times in an exposition of OpenMetrics 1.0, by the series that they stand beside.
    private func starts(_ groups: ProcessGroups? = nil) throws -> [String: Double] {
        let text = String(decoding: try exposition(.openMetrics100, groups), as: UTF8.self)
        let pairs = text.split(separator: "\n").compactMap { line -> (String, Double)? in
            let parts = line.split(separator: " ")
            guard parts.count == 2, parts[0].contains("_created"), let time = Double(parts[1]) else { return nil }
            return (String(parts[0]).replacing("_created", with: "_total"), time)
        }
        return Dictionary(pairs) { first, _ in first }
    }

    private static let shop = "service=\"nginx\",instance=\"nginx\""
    private static let nginx = "groups: [{ service: nginx, match: { executable: nginx } }]"

    @Test func `counters of a process began with it, those of the agent with the agent, and of others nobody says`() throws {
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        host.time.pass(.seconds(60))
        let starts = try starts()
        let process = Self.boot + 3299.16
        let worker = "service=\"worker\",instance=\"worker-1\""
        for mode in ["user", "system"] {
            #expect(starts["service_process_cpu_seconds_total{\(worker),mode=\"\(mode)\"}"] == process)
            #expect(starts["service_process_children_cpu_seconds_total{\(worker),mode=\"\(mode)\"}"] == process)
        }
        for name in ["apus_agent_samples_total", "apus_agent_log_messages_dropped_total", "apus_systemd_bus_calls_total"] {
            #expect(starts[name] == TestTime.start.realtime, "\(name)")
        }
        #expect(starts["process_cpu_seconds_total"] ?? 0 < TestTime.start.realtime)
        // The CPU time of a unit is counted anew when it begins to start, not when it is active.
        let units = starts.filter { $0.key.hasPrefix("systemd_unit_cpu_seconds_total{") }
        #expect(units == ["systemd_unit_cpu_seconds_total{unit=\"apus-worker@worker-1.service\"}": 1_764_003_297])
        // The kernel does not say when a control group was made, nor systemd since when it counts the rest.
        for name in ["service_cgroup_", "service_pressure_", "systemd_service_", "systemd_socket_", "journal_"] {
            #expect(!starts.keys.contains { $0.hasPrefix(name) }, "\(name)")
        }
    }

    @Test func `whole numbers of units are exact past what a double holds`() throws {
        var service = UnitState(name: "a.service", loadState: "loaded", activeState: "active", subState: "running")
        service.restarts = 9_007_199_254_740_993
        service.memoryBytes = 9_007_199_254_740_995
        var socket = UnitState(name: "a.socket", loadState: "loaded", activeState: "active", subState: "listening")
        socket.socket = AcceptedConnections(accepted: 9_007_199_254_740_997, refused: .max, connections: 1)
        var snapshot = UnitSnapshot()
        snapshot.units = [service, socket]
        var subject = try host.host()
        subject.units = { [snapshot] _ in WatchedUnits(snapshot: snapshot, age: 1, expected: []) }
        let samples = host.exposition(subject).samples
        #expect(samples["systemd_service_restart_total{unit=\"a.service\"}"] == "9007199254740993")
        #expect(samples["systemd_unit_memory_bytes{unit=\"a.service\"}"] == "9007199254740995")
        #expect(samples["systemd_socket_accepted_connections_total{unit=\"a.socket\"}"] == "9007199254740997")
        #expect(samples["systemd_socket_refused_connections_total{unit=\"a.socket\"}"] == "18446744073709551615")
    }

    @Test func `a group's sums began with its first process, or with the group, and never later than what they count`() throws {
        try host.put(.init(pid: 4801, userTicks: 500, startTicks: 329_100), .init(pid: 4802, userTicks: 9, startTicks: 329_050))
        let groups = try host.groups(
            Self.nginx.replacing("]", with: ", { service: redis, match: { executable: redis-server } }]"))
        let first = try starts(groups)
        let began = Self.boot + 3290.5
        let names = [
            "service_process_cpu_seconds_total{\(Self.shop),mode=\"user\"}", "service_processes_started_total{\(Self.shop)}",
            "service_processes_ended_total{\(Self.shop)}",
        ]
        for name in names { #expect(first[name].map { ($0 * 100).rounded() } == began * 100, "\(name)") }
        let redis = "service_processes_started_total{service=\"redis\",instance=\"redis\"}"
        #expect(first[redis] == TestTime.start.realtime)
        // They stay, whoever comes and goes, and whatever people set the clock to.
        try host.remove(4802)
        host.time.pass(.seconds(15))
        groups.tick(at: host.time.now)
        host.time.step(-3600)
        try host.put(
            .init(pid: 4803, userTicks: 1, startTicks: 720_900),
            .init(pid: 4901, name: "redis-server", command: "redis-server", userTicks: 7, startTicks: 720_900))
        host.time.pass(.seconds(15))
        groups.tick(at: host.time.now)
        let second = try starts(groups)
        for name in names + [redis] { #expect(second[name] == first[name], "\(name)") }
    }

    @Test func `a control group that comes while it is looked for began since the look before, of an older one nobody says`()
        throws
    {
        let groups = try host.groups(
            "groups: [{ service: batch, match: { unit: 'batch-*.service' } }, { service: box, instance: '${container}', match: { cgroup: '/system.slice/docker-*.scope' } }]"
        )
        groups.tick(at: host.time.now)
        let place = host.folder.path("host/sys/fs/cgroup/system.slice/docker-\(String(repeating: "a", count: 64)).scope")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try "usage_usec 900\nuser_usec 900\nsystem_usec 0\nnr_periods 3\nnr_throttled 0\nthrottled_usec 0\n".write(
            toFile: "\(place)/cpu.stat", atomically: false, encoding: .utf8)
        host.time.pass(.seconds(15))
        groups.tick(at: host.time.now)
        let ofControlGroups = try starts(groups).filter {
            $0.key.hasPrefix("service_process_cpu_") || $0.key.hasPrefix("service_cgroup_")
        }
        let late = ofControlGroups.filter { $0.key.contains("instance=\"aaaaaaaaaaaa\"") }
        #expect(late.count >= 4 && late.values.allSatisfy { $0 == TestTime.start.realtime }, "\(late)")
        #expect(!ofControlGroups.keys.contains { $0.contains("service=\"batch\"") })
    }

    @Test func `OpenMetrics 2 and protobuf tell them beside the count, text does not`() throws {
        let groups = try host.groups(Self.nginx)
        let series = "service_processes_started_total{\(Self.shop)} 0"
        let newer = String(decoding: try exposition(.openMetrics200, groups), as: UTF8.self)
        #expect(newer.contains("\n\(series) st@1764007200\n"))
        #expect(!newer.contains("_created"))
        let text = String(decoding: try exposition(.text004, groups), as: UTF8.self)
        #expect(text.contains("\n\(series)\n") && !text.contains("_created"))
        // Timestamp { seconds: 1764007200 }, in field 3 of a counter.
        let stamp: [UInt8] = [0x1A, 0x06, 0x08, 0xA0, 0xBA, 0x92, 0xC9, 0x06]
        #expect(Data(try exposition(.protobuf, groups)).range(of: Data(stamp)) != nil)
    }

    @Test func `whole numbers past 2 to the 53rd are exact in every text, and the nearest double in protobuf`() throws {
        let odd = 9_007_199_254_740_993
        try host.put(.init(pid: 4801, virtualBytes: odd, readBytes: odd + 2, writtenBytes: odd + 4))
        let groups = try host.groups(Self.nginx)
        for format in [ExpositionFormat.text004, .openMetrics100, .openMetrics200] {
            let text = String(decoding: try exposition(format, groups), as: UTF8.self)
            #expect(text.contains("\nservice_process_virtual_memory_bytes{\(Self.shop)} \(odd)\n"))
            for (direction, value) in [("read", odd + 2), ("write", odd + 4)] {
                #expect(text.contains("{\(Self.shop),direction=\"\(direction)\"} \(value)"), "\(format) \(direction)")
            }
        }
        // A double has no such number: protobuf's gauges and counters are doubles.
        var nearest = Double(odd).bitPattern.littleEndian
        let gauge = Data([0x12, 0x09, 0x09]) + Data(bytes: &nearest, count: 8)
        #expect(Data(try exposition(.protobuf, groups)).range(of: gauge) != nil)
    }
}
