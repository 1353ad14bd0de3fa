import ApusLinux
import Foundation
import HostTesting
import Testing

@Suite struct ControlGroupsTests {
    @Test(arguments: [
        ("0::/system.slice/nginx.service\n", "nginx.service"),
        ("0::/system.slice/system-apus\\x2dworker.slice/apus-worker@worker-1.service\n", "apus-worker@worker-1.service"),
        ("0::/system.slice/nginx.service/workers\n", "nginx.service"),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/shell.scope\n", "user@1000.service"),
        ("0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope"),
        ("0::/init.scope\n", "init.scope"),
        ("0::/system.slice/_odd.service\n", "odd.service"),
        // Beside hierarchies of version 1 systemd has one of its own.
        ("3:cpu:/\n1:name=systemd:/system.slice/cron.service\n0::/\n", "cron.service"),
    ])
    func `the unit is the first part of the path that is no slice`(text: String, unit: String) {
        #expect(ControlGroups(Array(text.utf8)).systemUnit() == unit)
    }

    @Test(arguments: [
        "", "0::/\n", "0::/process_api/12e46233\n", "0::/system.slice\n", "4:memory:/system.slice/a.service\n",
        "0:/a.service\n",
        "0::/system.slice/.service\n", "0::/system.slice/sp ace.service\n", "0::/../docker/1234\n",
    ])
    func `a process that systemd has not started is in no unit`(text: String) {
        #expect(ControlGroups(Array(text.utf8)).systemUnit() == nil)
    }

    private func groups(_ text: String) -> ControlGroups { ControlGroups(Array(text.utf8)) }

    @Test func `in a container units are below the group that its systemd was started in`() {
        let first = groups("0::/docker/4711/init.scope\n")
        let worker = groups("0::/docker/4711/system.slice/worker.service\n")
        #expect(worker.systemUnit(below: first) == "worker.service")
        #expect(worker.systemUnit() == nil)
        #expect(worker.unified == "/docker/4711/system.slice/worker.service")
        #expect(groups("0::/system.slice/a.service\n").systemUnit(below: groups("0::/init.scope\n")) == "a.service")
    }

    @Test func `a container's systemd uses the unified hierarchy though the host's own is in sight`() {
        let first = groups("9:name=systemd:/ctr-one\n0::/init.scope\n")
        let worker = groups("9:name=systemd:/ctr-one\n0::/system.slice/worker.service\n")
        #expect(worker.systemUnit(below: first) == "worker.service")
        #expect(worker.systemUnit() == "worker.service")
    }

    private static let id = String(repeating: "0123456789abcdef", count: 4)

    @Test(arguments: [
        "4:memory:/docker/\(id)\n1:name=systemd:/docker/\(id)\n0::/\n",
        "4:memory:/docker/\(id)\n1:name=systemd:/docker/\(id)\n0::/system.slice/containerd.service\n",
        // Only the controllers have it.
        "4:memory:/docker/\(id)\n1:name=systemd:/\n0::/system.slice/containerd.service\n",
        "3:cpu,cpuacct:/docker/\(id)\n0::/system.slice/containerd.service\n",
    ])
    func `where controllers are of version 1 a process's group is theirs`(text: String) {
        let groups = groups(text)
        #expect(groups.path == "/docker/\(Self.id)" && groups.ownGroup == "/docker/\(Self.id)")
        #expect(
            groups.systemUnit() == nil
                && groups.systemUnit(below: self.groups("2:cpu:/\n1:name=systemd:/init.scope\n0::/init.scope\n")) == nil)
    }

    @Test func `where the unified hierarchy alone is mounted it has the process's group, whatever version 1 says`() {
        let text = "4:memory:/docker/\(Self.id)\n1:name=systemd:/docker/\(Self.id)\n0::/system.slice/worker.service\n"
        let groups = ControlGroups(Array(text.utf8), isUnified: true)
        #expect(groups.path == "/system.slice/worker.service" && groups.ownGroup == "/system.slice/worker.service")
        #expect(groups.systemUnit() == "worker.service" && groups.ownPlaces == nil)
    }

    @Test func `a controller that is off for a unit has the group above, which is not the unit's own`() {
        let groups = groups(
            "4:memory:/system.slice/a.service\n3:cpu,cpuacct:/system.slice\n1:name=systemd:/system.slice/a.service\n0::/system.slice/a.service\n"
        )
        #expect(groups.systemUnit() == "a.service" && groups.path == "/system.slice/a.service")
        #expect(groups.ownPlaces == ["memory": "/system.slice/a.service", "": "/system.slice/a.service"])
    }

    /// A tree with groups below `/sys/fs/cgroup`, of which some part of the hierarchy is mounted.
    private func root(in folder: TemporaryFolder, mounted group: String?) throws -> KernelRoot {
        let mount = folder.path("sys/fs/cgroup")
        for place in ["", "/svc", "/sl\u{e9}/a b (deleted)"] {
            try FileManager.default.createDirectory(atPath: mount + place, withIntermediateDirectories: true)
            try "".write(toFile: "\(mount)\(place)/cgroup.controllers", atomically: false, encoding: .utf8)
            guard !place.isEmpty || group.map({ $0 != "/" }) == true else { continue }
            try "domain\n".write(toFile: "\(mount)\(place)/cgroup.type", atomically: false, encoding: .utf8)
        }
        if let group {
            try FileManager.default.createDirectory(atPath: folder.path("proc/self"), withIntermediateDirectories: true)
            try """
            22 1 0:20 / /proc rw - proc proc rw
            31 22 0:27 /hidden /sys/fs/cgroup rw - cgroup2 cgroup2 rw
            32 22 0:27 \(group) /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw

            """.write(toFile: folder.path("proc/self/mountinfo"), atomically: false, encoding: .utf8)
        }
        return KernelRoot(folder.path(""), ticksPerSecond: 100, pageSize: 4096)
    }

    @Test(
        arguments: [
            ("/svc", "/", "/svc"), ("/sl\u{e9}/a b (deleted)", "/", "/sl\u{e9}/a b (deleted)"),
            // A container sees its own group as the root, or is shown the host's path of what is mounted for it.
            ("/", "/docker/4711", nil), ("/docker/4711", "/docker/4711", ""), ("/docker/4711/svc", "/docker/4711", "/svc"),
            ("/machine-a\\x2db.scope/svc", "/machine-a\\134x2db.scope", "/svc"), ("/docker/47110/svc", "/docker/4711", nil),
            // Outside of what is to be seen: no group of another one is taken for it.
            ("/../svc", "/", nil), ("/svc", "/../..", nil), ("/gone", "/", nil),
            // The root of all groups speaks of the whole machine.
            ("/", "/", nil),
        ] as [(String, String, String?)])
    func `a group's folder is found below what is mounted`(path: String, mounted: String, folder: String?) throws {
        let place = try TemporaryFolder()
        let root = try root(in: place, mounted: mounted)
        let seen = SeenControlGroups(Array("0::\(path)\n".utf8), root: root)
        #expect(seen.unifiedFolder == folder.map { root.controlGroups + $0 })
    }

    @Test func `without a table of mounts all of the hierarchy is taken to be mounted`() throws {
        let place = try TemporaryFolder()
        let root = try root(in: place, mounted: nil)
        #expect(SeenControlGroups(Array("0::/svc\n".utf8), root: root).unifiedFolder == root.controlGroups + "/svc")
    }

    @Test func `a group's name may end in a carriage return, and one that is no text is none`() {
        #expect(groups("0::/x\r\n").unified == "/x\r")
        #expect(ControlGroups(Array("0::/caf".utf8) + [0xe9, 0x0a]).unified == nil)
    }

    @Test func `the groups of a process that is gone are not to be had`() {
        let error = #expect(throws: LinuxError.self) { try ControlGroups(of: .max) }
        #expect(error?.isProcessGone == true)
    }
}
