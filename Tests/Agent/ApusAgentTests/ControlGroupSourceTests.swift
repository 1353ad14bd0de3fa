import AgentMetrics
import ApusAgent
import ApusLinux
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

    private static let id = String(repeating: "0123456789abcdef", count: 4)

    /// A host whose controllers are of version 1, with a container of Docker in them, whose processes the unified hierarchy has in the unit of
    /// the runtime; with the files of both.
    private func mixedHost(groups: String) throws -> FixtureHost {
        try FixtureHost.changed { folder in
            try FileManager.default.removeItem(atPath: "\(folder)/sys/fs/cgroup")
            let (container, unit) = ("docker/\(Self.id)", "system.slice/containerd.service")
            for (path, text) in [
                ("unified/cgroup.controllers", ""), ("unified/\(unit)/cgroup.type", "domain\n"),
                ("unified/\(unit)/cpu.stat", "user_usec 77\nsystem_usec 77\n"),
                ("unified/\(unit)/cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=2000000\n"),
                ("systemd/\(unit)/cgroup.procs", ""), ("systemd/\(container)/cgroup.procs", ""),
                ("memory/\(unit)/memory.usage_in_bytes", "999\n"), ("memory/\(container)/memory.usage_in_bytes", "8192\n"),
                ("memory/\(container)/memory.limit_in_bytes", "65536\n"), ("pids/\(unit)/pids.current", "99\n"),
                ("pids/\(container)/pids.current", "3\n"), ("pids/other/\(container)/pids.current", "4\n"),
                ("cpuacct/\(container)/cpuacct.stat", "user 1234\nsystem 66\n"),
            ] {
                let place = URL(filePath: "\(folder)/sys/fs/cgroup/\(path)")
                try FileManager.default.createDirectory(
                    at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
                try text.write(to: place, atomically: false, encoding: .utf8)
            }
            try groups.write(toFile: "\(folder)/proc/4711/cgroup", atomically: false, encoding: .utf8)
        }
    }

    @Test(arguments: ["/", "/system.slice/containerd.service"])
    func `a container of version 1 has its own figures, and none of the unit that the unified hierarchy has it in`(
        unified: String
    ) throws {
        let path = "/docker/\(Self.id)"
        let host = try mixedHost(
            groups: "5:pids:\(path)\n4:memory:\(path)\n3:cpu,cpuacct:\(path)\n1:name=systemd:\(path)\n0::\(unified)\n")
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let exposition = host.exposition(try host.host())
        let found = figures(exposition)
        #expect(found["service_cgroup_memory_bytes\(Self.worker)"] == "8192")
        #expect(found["service_cgroup_memory_max_bytes\(Self.worker)"] == "65536")
        #expect(found["service_cgroup_pids\(Self.worker)"] == "3")
        #expect(found[#"service_cgroup_cpu_seconds_total{service="worker",instance="worker-1",mode="user"}"#] == "12.34")
        #expect(!exposition.samples.keys.contains { $0.hasPrefix("service_pressure_") || $0.hasPrefix("service_unit_info") })
    }

    @Test func `each controller's figures are those of the group that it says, and a shared one's are nobody's`() throws {
        let path = "/docker/\(Self.id)"
        let host = try mixedHost(
            groups: "5:pids:/other\(path)\n4:memory:/limited\n3:cpu,cpuacct:\(path)\n1:name=systemd:\(path)\n0::/\n")
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let exposition = host.exposition(try host.host())
        #expect(figures(exposition)["service_cgroup_pids\(Self.worker)"] == "4")
        #expect(figures(exposition)["service_cgroup_memory_bytes\(Self.worker)"] == nil)
        // It is moved by one controller alone.
        try host.overwrite(
            "proc/4711/cgroup",
            with: "5:pids:\(path)\n4:memory:\(path)\n3:cpu,cpuacct:\(path)\n1:name=systemd:\(path)\n0::/\n")
        host.time.pass(.seconds(15))
        #expect(figures(exposition)["service_cgroup_pids\(Self.worker)"] == "3")
        #expect(figures(exposition)["service_cgroup_memory_bytes\(Self.worker)"] == "8192")
    }

    @Test func `a group of containers of version 1 has their control groups and the processes in them`() throws {
        let path = "/docker/\(Self.id)"
        let host = try mixedHost(groups: "0::/\n")
        try host.put(.init(pid: 4801, name: "app", command: "app"))
        try host.overwrite(
            "proc/4801/cgroup", with: "4:memory:\(path)\n1:name=systemd:\(path)\n0::/system.slice/containerd.service\n")
        let groups = try host.groups(
            """
            groups:
              - service: containers
                match: { cgroup: '/docker/*' }
              - service: runtime
                match: { unit: containerd.service }
            """)
        let readings = Dictionary(uniqueKeysWithValues: host.look(groups).map { ($0.identity.service, $0.reading) })
        let (containers, runtime) = (try #require(readings["containers"]), try #require(readings["runtime"]))
        #expect(containers.processes == 1 && runtime.processes == 0)
        #expect(containers.controlGroups?.gauges[.memory] == 8192 && runtime.controlGroups?.gauges[.memory] == 999)
        // It is made and removed in one hierarchy after the other, and is one group all the while.
        try FileManager.default.removeItem(atPath: host.folder.path("host/sys/fs/cgroup/systemd\(path)"))
        let sum = try #require(host.look(groups).first { $0.identity.service == "containers" }).reading.controlGroups
        #expect(sum?.number == 1 && sum?.counts.figures[.userTime] == 12_340_000)
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
