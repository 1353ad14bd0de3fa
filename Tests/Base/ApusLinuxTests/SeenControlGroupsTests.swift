import ApusLinux
import Foundation
import Glibc
import HostTesting
import Testing

@Suite struct SeenControlGroupsTests {
    private let folder: TemporaryFolder
    private let root: KernelRoot

    init() throws {
        folder = try TemporaryFolder()
        root = KernelRoot(folder.path(""), ticksPerSecond: 100, pageSize: 4096)
        try FileManager.default.createDirectory(atPath: folder.path("proc/1"), withIntermediateDirectories: true)
        try put(1, in: "0::/init.scope\n")
    }

    private func process(_ pid: Int32, in groups: String) throws -> WatchedProcess {
        try FileManager.default.createDirectory(atPath: folder.path("proc/\(pid)"), withIntermediateDirectories: true)
        let stat = "\(pid) (x) S 1 77 77 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 4500 4096 1 0"
        try stat.write(toFile: folder.path("proc/\(pid)/stat"), atomically: false, encoding: .utf8)
        try put(pid, in: groups)
        return try WatchedProcess(pid: pid, root: root)
    }

    private func put(_ pid: Int32, in groups: String) throws {
        try groups.write(toFile: folder.path("proc/\(pid)/cgroup"), atomically: false, encoding: .utf8)
    }

    @Test func `processes in the same groups share what is known of them, and one that is moved is in its new one`() throws {
        let (one, other) = (
            try process(77, in: "0::/system.slice/a.service\n"), try process(78, in: "0::/system.slice/a.service\n")
        )
        let groups = try one.controlGroups()
        #expect(try one.systemUnit() == "a.service" && groups.ownGroup == "/system.slice/a.service")
        #expect(try one.controlGroups() === groups && other.controlGroups() === groups)
        try put(77, in: "0::/system.slice/b.service\n")
        #expect(try one.systemUnit() == "b.service")
        #expect(try other.controlGroups() === groups)
        // One whose line is the beginning of the one before.
        try put(77, in: "0::/system.slice/b.servic\n")
        #expect(try one.systemUnit() == nil)
        try put(77, in: "")
        #expect(try one.controlGroups().groups == ControlGroups(Array("".utf8)))
        try put(77, in: "0::/system.slice/a.service\n")
        #expect(try one.controlGroups() === groups)
    }

    @Test func `a folder that is removed and comes back is looked for each time`() throws {
        let place = folder.path("sys/fs/cgroup/system.slice/a.service")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        for file in ["sys/fs/cgroup/cgroup.controllers", "sys/fs/cgroup/system.slice/a.service/cgroup.type"] {
            try "domain\n".write(toFile: folder.path(file), atomically: false, encoding: .utf8)
        }
        let root = KernelRoot(folder.path(""), ticksPerSecond: 100, pageSize: 4096)
        _ = try process(77, in: "0::/system.slice/a.service\n")
        let process = try WatchedProcess(pid: 77, root: root)
        let folder = root.controlGroups + "/system.slice/a.service"
        #expect(try process.controlGroups().unifiedFolder == folder)
        try FileManager.default.removeItem(atPath: "\(place)/cgroup.type")
        #expect(try process.controlGroups().unifiedFolder == nil)
        try "domain\n".write(toFile: "\(place)/cgroup.type", atomically: false, encoding: .utf8)
        #expect(try process.controlGroups().unifiedFolder == folder)
    }

    @Test func `the unit is found again when process 1 is moved`() async throws {
        try FileManager.default.removeItem(atPath: folder.path("proc/1/cgroup"))
        let process = try process(77, in: "0::/lxc/box/system.slice/a.service\n")
        #expect(try process.systemUnit() == nil)
        try put(1, in: "0::/lxc/box/init.scope\n")
        try await eventually("it is found") { try process.systemUnit() == "a.service" }
    }

    @Test func `names that are many or long are not kept for others`() throws {
        let first = try process(77, in: "0::/a.service\n")
        let groups = try first.controlGroups()
        for number in 0..<200 {
            try put(77, in: "0::/n\(number).service\n")
            #expect(try first.systemUnit() == "n\(number).service")
        }
        // Forgotten meanwhile.
        #expect(try process(78, in: "0::/a.service\n").controlGroups() !== groups)
        let long = "0::/\(String(repeating: "x/", count: 1500))a.service\n"
        let (one, other) = (try process(79, in: long), try process(80, in: long))
        let seen = try one.controlGroups()
        #expect(try one.controlGroups() !== seen)
        #expect(try other.controlGroups() !== seen && other.controlGroups().groups == seen.groups)
    }

    @Test func `the groups of a process that has ended are not to be had, whatever was seen of it`() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sleep")
        process.arguments = ["60"]
        try process.run()
        let watched = try WatchedProcess(pid: process.processIdentifier)
        _ = try watched.controlGroups()
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let error = #expect(throws: LinuxError.self) { try watched.controlGroups() }
        #expect(error?.isProcessGone == true)
        #expect(throws: LinuxError.self) { try watched.controlGroups() }
    }
}
