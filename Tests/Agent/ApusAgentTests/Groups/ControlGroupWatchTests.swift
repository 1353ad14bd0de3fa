import AgentMetrics
import ApusAgent
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Testing

/// Groups that are control groups, over a tree of them that changes.
@Suite struct ControlGroupWatchTests {
    private let host: FixtureHost
    private static let slice = "sys/fs/cgroup/system.slice"

    init() throws { host = try FixtureHost() }

    private func user(_ groups: ProcessGroups, of name: String) throws -> Int {
        let served = try #require(host.look(groups).first { "\($0.identity)" == "\(name)/\(name)" })
        return Int((served.reading.cpuSeconds(host.root).user * 1e6).rounded())
    }

    private func put(_ path: String, user: Int, memory: Int? = nil) throws {
        let place = host.folder.path("host/sys/fs/cgroup/\(path)")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        for (name, text) in [
            ("cpu.stat", "usage_usec \(user)\nuser_usec \(user)\nsystem_usec 0\n"),
            ("memory.current", memory.map { "\($0)\n" }),
        ] {
            guard let text else { continue }
            if FileManager.default.fileExists(atPath: "\(place)/\(name)") {
                try host.overwrite("sys/fs/cgroup/\(path)/\(name)", with: text)
            } else {
                try text.write(toFile: "\(place)/\(name)", atomically: false, encoding: .utf8)
            }
        }
    }

    private static let batch = "groups: [{ service: batch, match: { unit: 'batch-*.service' } }]"

    @Test func `a group of units has what their control groups have, without a process too`() throws {
        let groups = try host.groups(Self.batch)
        let reading = try #require(host.look(groups).first).reading
        #expect(reading.processes == 0)
        let sum = try #require(reading.controlGroups)
        #expect(sum.number == 2 && sum.gauges[.memory] == (17 + 29) * 409_600)
        #expect(reading.cpuSeconds(host.root).user == Double((17 + 29) * 700 + 2) / 1e6)
        let devices = sum.counts.devices
        #expect(devices.count == 2)
        #expect(try #require(devices["sda"]).reads == (17 + 29) * 11 + 14)
        #expect(try #require(devices["253:1"]).writes == (17 + 29) * 14)
    }

    @Test func `a control group that goes keeps what it had come to, and one made anew begins at 0`() throws {
        let groups = try host.groups("groups: [{ service: shop, match: { unit: shop.service } }]")
        #expect(try user(groups, of: "shop") == 0)
        try put("system.slice/shop.service", user: 500)
        #expect(try user(groups, of: "shop") == 500)
        try put("system.slice/shop.service", user: 700)
        #expect(try user(groups, of: "shop") == 700)
        // Made before the old one goes, so that it is another folder.
        try put("other", user: 40)
        try FileManager.default.removeItem(atPath: host.folder.path("host/\(Self.slice)/shop.service"))
        try FileManager.default.moveItem(
            atPath: host.folder.path("host/sys/fs/cgroup/other"), toPath: host.folder.path("host/\(Self.slice)/shop.service"))
        #expect(try user(groups, of: "shop") == 740)
        try FileManager.default.removeItem(atPath: host.folder.path("host/\(Self.slice)/shop.service"))
        #expect(try user(groups, of: "shop") == 740)
        #expect(host.look(groups).first?.reading.controlGroups?.number == 0)
    }

    @Test func `a limit of a control group above is that of the group, and is read again at a turn`() throws {
        try put("shop.slice/web.service", user: 10, memory: 7)
        try put("shop.slice", user: 10, memory: 7)
        let limit = "sys/fs/cgroup/shop.slice/memory.max"
        try host.folder.write("max\n", to: "host/sys/fs/cgroup/shop.slice/web.service/memory.max")
        try host.folder.write("300\n", to: "host/\(limit)")
        let groups = try host.groups("groups: [{ service: web, match: { unit: web.service } }]")
        func most() -> Int64? { host.look(groups).first?.reading.controlGroups?.gauges[.memoryMax] }
        #expect(most() == 300)
        try host.overwrite(limit, with: "200\n")
        #expect(most() == 300)
        host.turn(groups)
        #expect(most() == 200)
        try host.overwrite(limit, with: "max\n")
        host.turn(groups)
        #expect(most() == nil)
    }

    @Test func `a matched control group in a matched one counts once`() throws {
        try put("a.slice", user: 1000, memory: 10)
        try put("a.slice/a-b.slice", user: 600, memory: 6)
        try put("a.slice/a-b.slice/shop.service", user: 300, memory: 3)
        let groups = try host.groups("groups: [{ service: all, match: { cgroup: '/a.slice/**' } }]")
        #expect(try user(groups, of: "all") == 600)
        #expect(host.look(groups).first?.reading.controlGroups?.number == 1)
        let both = try host.groups(
            "groups: [{ service: all, match: [{ cgroup: /a.slice }, { unit: shop.service }] }]")
        #expect(try user(both, of: "all") == 1000)
        #expect(host.look(both).first?.reading.controlGroups?.gauges[.memory] == 10)
    }

    @Test func `of two groups the first in the file has what both match`() throws {
        try put("a.slice", user: 1000)
        try put("a.slice/shop.service", user: 300)
        let outerFirst = try host.groups(
            "groups: [{ service: all, match: { cgroup: /a.slice } }, { service: shop, match: { unit: shop.service } }]")
        #expect(try user(outerFirst, of: "all") == 1000)
        #expect(try user(outerFirst, of: "shop") == 0)
        let innerFirst = try host.groups(
            "groups: [{ service: shop, match: { unit: shop.service } }, { service: all, match: { cgroup: /a.slice } }]")
        #expect(try user(innerFirst, of: "all") == 700)
        #expect(try user(innerFirst, of: "shop") == 300)
        try put("a.slice/shop.service", user: 350)
        try put("a.slice", user: 1100)
        #expect(try user(innerFirst, of: "all") == 750)
    }

    @Test func `processes of a group that is control groups are those in them`() throws {
        try put("system.slice/nginx.service", user: 90)
        try host.put(
            .init(pid: 4801, name: "nginx", userTicks: 5, residentPages: 20),
            .init(pid: 4802, parent: 4801, name: "elsewhere", userTicks: 7))
        let groups = try host.groups("groups: [{ service: nginx, match: { unit: nginx.service } }]")
        let reading = try #require(host.look(groups).first).reading
        #expect(reading.processes == 1 && reading.residentBytes == 20 * 4096)
        #expect(try user(groups, of: "nginx") == 90)
    }

    @Test func `what was served of the processes goes on when their control group comes in sight`() throws {
        try host.put(.init(pid: 4801, name: "nginx", userTicks: 5))
        let groups = try host.groups("groups: [{ service: nginx, match: { unit: nginx.service } }]")
        #expect(try user(groups, of: "nginx") == 50_000)
        try put("system.slice/nginx.service", user: 60)
        #expect(try user(groups, of: "nginx") == 50_000)
        try put("system.slice/nginx.service", user: 100)
        #expect(try user(groups, of: "nginx") == 50_040)
    }

    @Test func `another file finds other control groups, and none counts twice`() throws {
        try put("system.slice/shop.service", user: 500)
        let groups = try host.groups(Self.batch)
        let before = try user(groups, of: "batch")
        groups.watch(
            try WatchFile.parse(
                Array("groups: [{ service: batch, match: [{ unit: 'batch-*.service' }, { unit: shop.service }] }]".utf8),
                path: "watch.yaml"), at: host.time.now)
        // What it had used before it was the group's is not.
        #expect(try user(groups, of: "batch") == before)
        try put("system.slice/shop.service", user: 520)
        #expect(try user(groups, of: "batch") == before + 20)
    }

    @Test func `the id of a container is a name`() throws {
        let (one, two) = (String(repeating: "0123456789abcdef", count: 4), String(repeating: "fedcba9876543210", count: 4))
        try put("system.slice/docker-\(one).scope", user: 5)
        try put("kubepods.slice/kubepods-pod1.slice/cri-containerd-\(two).scope", user: 6)
        let groups = try host.groups(
            """
            groups:
              - service: containers
                instance: ${container}
                match: [{ cgroup: '/system.slice/docker-*.scope' }, { cgroup: '/kubepods.slice/**' }]
            """)
        #expect(host.look(groups).map(\.identity.instance) == ["0123456789ab", "fedcba987654"])
        try host.put(.init(pid: 4801, name: "docker-\(one)", command: "app"))
        try host.overwrite("proc/4801/cgroup", with: "0::/system.slice/docker-\(one).scope\n")
        #expect(host.look(groups).map(\.reading.processes) == [1, 0])
        #expect(host.look(groups).map { Int($0.reading.cpuSeconds(host.root).user * 1e6) } == [5, 6])
    }

    @Test func `one that comes when there is no room takes the place of none, and none counts twice`() throws {
        let groups = ProcessGroups(
            try WatchFile.parse(
                Array("groups: [{ service: some, match: { cgroup: '/some.slice/*' } }]".utf8), path: "watch.yaml"),
            retention: .seconds(300), root: host.root, descriptors: 16, logger: host.log.logger, at: host.time.now)
        try put("some.slice/m1", user: 100)
        try put("some.slice/m2", user: 200)
        #expect(try user(groups, of: "some") == 300)
        try put("some.slice/a", user: 1000)
        try put("some.slice/z", user: 1000)
        #expect(try user(groups, of: "some") == 300)
        #expect(groups.unwatchedControlGroups == 2)
        try FileManager.default.removeItem(atPath: host.folder.path("host/sys/fs/cgroup/some.slice/m1"))
        #expect(try user(groups, of: "some") == 1300)
        #expect(try user(groups, of: "some") == 1300)
        #expect(groups.unwatchedControlGroups == 1)
    }

    @Test func `more control groups than are watched are said`() throws {
        for number in 0..<1100 { try put("many.slice/one-\(number).service", user: 1) }
        let groups = try host.groups("groups: [{ service: many, match: { unit: 'one-*.service' } }]")
        groups.tick(at: host.time.now)
        // An eighth of the descriptors that this process may have.
        let most = min(1024, (DescriptorLimit.current?.soft ?? .max) / 8)
        #expect(try user(groups, of: "many") == most)
        #expect(groups.unwatchedControlGroups == 1100 - most)
        #expect(
            host.log.lines(
                "control groups are not watched: there are too many folders to search, or to watch; let patterns begin with the "
                    + "folder that they are in, match fewer, or raise LimitNOFILE="
            ).map { $0["unwatched"] } == ["\(1100 - most)"])
    }

    @Test func `more block devices than are read are said once`() throws {
        try put("system.slice/shop.service", user: 1)
        let lines = (0..<5000).map { "8:\($0) rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n" }
        try host.folder.write(lines.joined(), to: "host/\(Self.slice)/shop.service/io.stat")
        let groups = try host.groups("groups: [{ service: shop, match: { unit: shop.service } }]")
        for _ in 0..<2 { host.turn(groups) }
        #expect(
            host.log.lines(
                "block devices of a control group are not counted: its list of them is longer than is read; detach those that nothing uses"
            ) == [["first": "/system.slice/shop.service", "bytes": "131072"]])
        #expect(host.look(groups).first?.reading.controlGroups?.counts.devices.count == 9)
    }

    @Test func `processes that cannot be listed leave what was, and are said`() throws {
        try host.put(.init(pid: 4801, name: "nginx", userTicks: 5))
        let processes = try host.groups("groups: [{ service: nginx, match: { executable: nginx } }]")
        let exposition = host.exposition(
            try host.host(), groups: GroupTable(processes, configuration: host.configuration, root: host.root))
        #expect(exposition.samples["apus_source_up{source=\"processes\"}"] == "1")
        let (proc, hidden) = (host.folder.path("host/proc"), host.folder.path("host/hidden"))
        try FileManager.default.moveItem(atPath: proc, toPath: hidden)
        host.time.pass(.seconds(15))
        processes.tick(at: host.time.now)
        let samples = exposition.samples
        #expect(samples["apus_source_up{source=\"processes\"}"] == "0")
        #expect(samples[#"apus_service_up{service="nginx",instance="nginx"}"#] == "1")
        #expect(
            host.log.lines("the processes cannot be listed; what groups came to before is served on").count == 1)
        try FileManager.default.moveItem(atPath: hidden, toPath: proc)
        host.time.pass(.seconds(15))
        #expect(exposition.samples["apus_source_up{source=\"processes\"}"] == "1")
    }

    @Test
    func
        `control groups whose names are not UTF-8 are left out with a line in the log and counted where they match, beside others`()
        throws
    {
        let groups = try host.groups(
            "groups: [{ service: job, match: { cgroup: '/jobs.slice/job-*' } }]")
        try put("jobs.slice/job-1", user: 7)
        func make(_ name: [UInt8]) throws {
            let path = Array(host.folder.path("host/sys/fs/cgroup/jobs.slice/").utf8) + name
            try #require(mkdir(path.map { CChar(bitPattern: $0) } + [0], 0o755) == 0)
        }
        try make(Array("job-".utf8) + [0xFF, 0xFE])
        try make(Array("job-".utf8) + [0xC3])
        try make([0x80] + Array("other".utf8))
        // A process is in one of them.
        let broken = Array("0::/jobs.slice/job-".utf8) + [0xC3, 0x0A]
        try host.put(.init(pid: 4801, name: "job", command: "job"))
        try Data(broken).write(to: URL(filePath: host.folder.path("host/proc/4801/cgroup")))
        host.turn(groups)
        host.turn(groups)
        #expect(try user(groups, of: "job") == 7)
        #expect(host.look(groups).first?.reading.controlGroups?.number == 1)
        #expect(groups.unwatchedControlGroups == 2)
        let lines = host.log.lines(
            "control groups are not watched, as their names are not UTF-8: have whoever makes them name them otherwise, or match those above them"
        )
        #expect(lines == [["unwatched": "2", "first": "/jobs.slice/job-\u{FFFD}"]])
        let crowded = host.log.lines(
            "control groups are not watched: there are too many folders to search, or to watch; let patterns begin with the folder that they are in, match fewer, or raise LimitNOFILE="
        )
        #expect(crowded.isEmpty)
    }
}
