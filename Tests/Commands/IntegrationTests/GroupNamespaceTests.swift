import Foundation
import Glibc
import HostTesting
import Testing

/// Groups of processes that the kernel keeps apart or holds back, as containers and operators do.
@Suite(.timeLimit(.minutes(3)), .enabled(if: getuid() == 0, "namespaces need root")) struct GroupNamespaceTests {
    private let folder: TemporaryFolder
    /// What only the processes of a test have in their command lines.
    private let mark = "apus-\(UUID().uuidString)"

    init() throws { folder = try TemporaryFolder() }

    /// Runs an agent with a file of groups, by a command line in front of its own.
    private func agent(_ before: [String] = ["env"], watching groups: String) async throws -> (
        program: RunningProgram, url: String
    ) {
        try folder.write("groups: [\(groups)]", to: "watch.yaml")
        let port = try LoopbackPort.free()
        let program = try RunningProgram(
            before[0],
            before.dropFirst() + [
                Executables.agent, "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent-\(port).sock"), "--interval",
                "200ms", "--config", folder.path("watch.yaml"), "--journal", "off", "--log", "stderr",
            ])
        let url = "http://127.0.0.1:\(port)/metrics"
        try await eventually("the agent answers: \(program.errors)") { (try? await HTTP.get(url).status) == 200 }
        return (program, url)
    }

    private var marked: String { "{ service: marked, match: { command: '^[^ ]*python3 .*\(mark)' } }" }

    /// A program that rests, and is ended by its own number.
    private func sleeper(_ before: [String] = ["env"]) throws -> RunningProgram {
        try RunningProgram(before[0], before.dropFirst() + ["/usr/bin/python3", "-c", "__import__('time').sleep(300)", mark])
    }

    private func value(_ url: String, _ family: String, _ service: String = "marked", _ label: String = "") async throws
        -> Double?
    {
        try await HTTP.get(url).values(of: family)[#"{service="\#(service)",instance="\#(service)"\#(label)}"#]
    }

    @Test(arguments: [[], ["unshare", "--time", "--boottime", "-3600", "--fork", "--kill-child"]])
    func `a process in another time namespace, or seen from one, has its true start`(before: [String]) async throws {
        let target = try sleeper(
            before.isEmpty ? ["unshare", "--time", "--boottime", "1000000", "--fork", "--kill-child"] : ["env"])
        defer { target.signal(SIGKILL) }
        let now = Date().timeIntervalSince1970
        let (program, url) = try await agent(before.isEmpty ? ["env"] : before, watching: marked)
        defer { program.signal(SIGKILL) }
        try await eventually("it is up") { try await value(url, "apus_service_up") == 1 }
        let start = try #require(try await value(url, "service_process_start_time_seconds"))
        #expect(abs(start - now) < 30, "started at \(start), \(start - now) s from now")
        let uptime = try #require(try await value(url, "worker_uptime_seconds"))
        #expect((0...60).contains(uptime), "\(uptime)")
    }

    @Test func `what hidepid hides is of no group but by its control group`() async throws {
        let control = try TestControlGroup()
        let enter = ["/bin/sh", "-c", "while [ $1 != -- ]; do echo $$ > $1; shift; done; shift; exec \"$@\"", "sh"]
        let target = try sleeper(enter + control.entrances + ["--"])
        let own = try sleeper(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"])
        defer { own.stop() }
        try #require(chown(folder.path, 65_534, 65_534) == 0)
        let mount =
            "mount -t proc -o hidepid=invisible proc /proc && exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\""
        let (program, url) = try await agent(
            ["unshare", "--mount", "sh", "-c", mount, "sh"],
            watching: """
                \(marked), { service: hidden, match: { command: '\(mark)', user: root } },
                { service: inside, match: { cgroup: '\(control.path)' } }
                """)
        defer { program.stop() }
        try await eventually("its own user's is up and rests: \(program.errors)") {
            try await value(url, "service_processes", "marked", #",state="sleeping""#) == 1
        }
        #expect(try await value(url, "apus_service_up") == 1)
        #expect(try await value(url, "apus_service_up", "hidden") == 0)
        #expect(try await value(url, "service_process_resident_memory_bytes", "hidden") == nil)
        #expect(program.errors.contains("hidepid=invisible, which hides processes of other users from the agent's user"))
        #expect(try await value(url, "apus_service_up", "inside") == 0)
        #expect(try await value(url, "service_process_cpu_seconds_total", "inside", #",mode="user""#) != nil)
        #expect(try await HTTP.get(url).values(of: "apus_source_up")[#"{source="processes"}"#] == 1)
        target.stop()
        #expect(comesTrue(within: .seconds(10)) { control.remove() })
    }

    @Test func `a process of a pid namespace is seen from outside, and one outside not from within`() async throws {
        let target = try sleeper(["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"])
        defer { target.signal(SIGKILL) }
        let (program, url) = try await agent(watching: marked)
        defer { program.stop() }
        // The one that has started it waits outside of the namespace, under another command.
        try await eventually("it is up: \(program.errors)") {
            try await value(url, "service_processes", "marked", #",state="sleeping""#) == 1
        }
        #expect(try await value(url, "service_process_resident_memory_bytes") ?? 0 > 1e6)
        let (inner, innerURL) = try await agent(
            ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"], watching: marked)
        defer { inner.signal(SIGKILL) }
        try await eventually("it looks") { try await value(innerURL, "apus_service_up") != nil }
        #expect(try await value(innerURL, "apus_service_up") == 0)
    }

    @Test func `a process that is stopped keeps what it has, and says that it is stopped`() async throws {
        let target = try sleeper()
        defer { target.signal(SIGKILL) }
        let (program, url) = try await agent(watching: marked)
        defer { program.stop() }
        try await eventually("it is up") { try await value(url, "service_processes", "marked", #",state="sleeping""#) == 1 }
        let memory = try await value(url, "service_process_resident_memory_bytes")
        let used = try await value(url, "service_process_cpu_seconds_total", "marked", #",mode="user""#)
        target.signal(SIGSTOP)
        try await eventually("it is stopped") { try await value(url, "service_processes", "marked", #",state="stopped""#) == 1 }
        #expect(try await value(url, "apus_service_up") == 1)
        #expect(try await value(url, "service_process_resident_memory_bytes") == memory)
        #expect(try await value(url, "service_process_cpu_seconds_total", "marked", #",mode="user""#) == used)
        target.signal(SIGCONT)
        try await eventually("it goes on") { try await value(url, "service_processes", "marked", #",state="sleeping""#) == 1 }
    }
}
