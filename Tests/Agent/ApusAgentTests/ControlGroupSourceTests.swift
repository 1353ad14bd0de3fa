import AgentMetrics
import ApusAgent
import Foundation
import HostTesting
import Testing

/// The control groups of services that report, over captured files.
@Suite struct ControlGroupSourceTests {
    private static let worker = #"{service="worker",instance="worker-1"}"#
    private static let group = "sys/fs/cgroup/system.slice/system-apus\\x2dworker.slice/apus-worker@worker-1.service"
    private let host: FixtureHost

    init() throws { host = try FixtureHost() }

    private func figures(_ exposition: Exposition) -> [String: String] {
        exposition.samples.filter { $0.key.hasPrefix("service_cgroup_") }
    }

    @Test func `of a unit's process what its control group has is served`() throws {
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let exposition = host.exposition(try host.host())
        let found = figures(exposition)
        #expect(found["service_cgroup_memory_bytes\(Self.worker)"] == "16793600")
        #expect(found["service_cgroup_memory_unreclaimable_bytes\(Self.worker)"] == "11959296")
        #expect(
            found[#"service_cgroup_memory_events_total{service="worker",instance="worker-1",event="oom_kill"}"#] == "249")
        #expect(found[#"service_cgroup_cpu_seconds_total{service="worker",instance="worker-1",mode="user"}"#] == "0.028701")
        #expect(exposition.samples["apus_source_up{source=\"cgroup\"}"] == "1")
    }

    @Test func `a limit of a slice is that of a unit in it`() throws {
        let slice = "sys/fs/cgroup/system.slice/system-apus\\x2dworker.slice"
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let exposition = host.exposition(try host.host())
        func most() -> String? { figures(exposition)["service_cgroup_memory_max_bytes\(Self.worker)"] }
        let own = most()
        #expect(own != "4096")
        try host.folder.write("4096\n", to: "host/\(slice)/memory.max")
        host.time.pass(.seconds(15))
        host.table.tick(at: host.time.now)
        host.time.pass(.seconds(1))
        #expect(most() == "4096")
        try host.overwrite("\(slice)/memory.max", with: "max\n")
        host.time.pass(.seconds(15))
        host.table.tick(at: host.time.now)
        host.time.pass(.seconds(1))
        #expect(most() == own)
    }

    @Test(arguments: ["0::/\n", "0::/user.slice/user-1000.slice/session-3.scope\n", "0::/../a.service\n", ""])
    func `a process in a group that others are in has none`(groups: String) throws {
        try host.overwrite("proc/4711/cgroup", with: groups)
        for place in ["", "/user.slice/user-1000.slice/session-3.scope"] {
            let folder = host.folder.path("host/sys/fs/cgroup\(place)")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try "1\n".write(toFile: "\(folder)/memory.current", atomically: false, encoding: .utf8)
        }
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let exposition = host.exposition(try host.host())
        #expect(figures(exposition).isEmpty)
        #expect(exposition.samples["apus_source_up{source=\"cgroup\"}"] == nil)
    }

    @Test func `of a process that is moved the counts go on with its new group`() throws {
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let exposition = host.exposition(try host.host())
        let user = #"service_cgroup_cpu_seconds_total{service="worker",instance="worker-1",mode="user"}"#
        #expect(figures(exposition)[user] == "0.028701")
        let other = "sys/fs/cgroup/other.service"
        try FileManager.default.createDirectory(atPath: host.folder.path("host/\(other)"), withIntermediateDirectories: true)
        try "user_usec 5000000\nsystem_usec 0\n".write(
            toFile: host.folder.path("host/\(other)/cpu.stat"), atomically: false, encoding: .utf8)
        try host.overwrite("proc/4711/cgroup", with: "0::/other.service\n")
        host.time.pass(.seconds(15))
        #expect(figures(exposition)[user] == "0.028701")
        try host.overwrite("\(other)/cpu.stat", with: "user_usec 5000300\nsystem_usec 0\n")
        host.time.pass(.seconds(15))
        #expect(figures(exposition)[user] == "0.029001")
        #expect(figures(exposition)["service_cgroup_memory_bytes\(Self.worker)"] == nil)
    }

    @Test func `who reports and belongs to a group of processes keeps what its control group has`() throws {
        try host.put(.init(pid: 4801, name: "worker", command: "worker"))
        let place = host.folder.path("host/sys/fs/cgroup/system.slice/worker.service")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        for (name, text) in [
            ("cgroup.type", "domain\n"), ("memory.current", "77\n"),
            ("cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=2000000\n"),
        ] {
            try text.write(toFile: "\(place)/\(name)", atomically: false, encoding: .utf8)
        }
        try host.report(FixtureHost.worker, pid: 4801, connection: 1)
        for (match, mark) in [("executable: worker", "of the instance"), ("unit: worker.service", "of the group")] {
            let groups = GroupTable(
                try host.groups("groups: [{ service: worker, instance: worker-1, match: { \(match) } }]"),
                configuration: host.configuration, root: host.root)
            let text = String(decoding: host.exposition(try host.host(), groups: groups).render(), as: UTF8.self)
            let names = text.split(separator: "\n").compactMap { $0.split(separator: " ").first }
            for name in [
                "service_cgroup_memory_bytes\(Self.worker)", "service_process_threads\(Self.worker)",
                #"service_pressure_waiting_seconds_total{service="worker",instance="worker-1",resource="cpu"}"#,
            ] {
                #expect(names.count { $0 == name } == 1, "\(name) \(mark)")
            }
            host.time.pass(.seconds(1))
        }
    }
}
