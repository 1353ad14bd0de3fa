import AgentMetrics
import ApusAgent
import ApusLimits
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Logging
import Testing

/// The sockets of groups and of instances.
@Suite(.timeLimit(.minutes(3))) struct SocketsTests {
    @Test func `a socket that several processes have counts once`() throws {
        let host = try SocketExample.host()
        try host.open(71, 73, by: 5001)
        try host.open(71, 72, by: 5002)
        let found = try #require(SocketExample.figures(try host.groups(SocketExample.nginx), host))
        #expect(found.count(of: .tcp, in: .listen) == 1 && found.count(of: .tcp, in: .established) == 1)
        #expect(found.count(of: .unix, in: .listen) == 1 && found.count(of: .udp, in: .other) == 0)
        #expect(found.queue(of: .tcp) == 5 && found.limit(of: .tcp) == 16 && found.ratio == 5.0 / 16)
        #expect(found.queue(of: .unix) == 2 && found.limit(of: .unix) == nil && found.queue(of: .udp) == nil)
    }

    @Test func `a descriptor that is of no listed socket is none`() throws {
        let host = try SocketExample.host()
        try host.open(99, 73, by: 5001)
        let found = try #require(SocketExample.figures(try host.groups(SocketExample.nginx), host))
        #expect(found.count(of: .tcp, in: .established) == 1 && found.count(of: .tcp, in: .listen) == 0)
    }

    @Test func `an instance has its own, as long as it lives`() throws {
        let host = try FixtureHost(sockets: [SocketExample.listening, SocketExample.connected])
        try host.open(71, 73, by: 4711)
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let exposition = host.exposition(try host.host())
        let labels = #"{service="worker",instance="worker-1",protocol="tcp""#
        #expect(exposition.samples[#"service_process_sockets\#(labels),state="listen"}"#] == "1")
        #expect(exposition.samples[#"service_process_listen_queue\#(labels)}"#] == "5")
        #expect(exposition.samples[#"service_process_listen_queue_max\#(labels)}"#] == "16")
        try host.end(4711)
        host.time.pass(.seconds(1))
        host.table.tick(at: host.time.now)
        #expect(!exposition.samples.keys.contains { $0.hasPrefix("service_process_sockets") })
    }

    // MARK: - Real processes

    /// Five connections wait at a server with two workers, each of which has its socket open.
    private static let server =
        "import os, socket, sys, time\n"
            + """
            server = socket.create_server(("127.0.0.1", 0), backlog=16)
            clients = [socket.create_connection(server.getsockname()) for _ in range(5)]
            for client in clients: os.set_inheritable(client.fileno(), True)
            parent = os.getpid()
            for _ in range(2):
                if os.fork() == 0:
                    while os.getppid() == parent: time.sleep(0.05)
                    os._exit(0)
            print("ready", flush=True)
            time.sleep(300)
            """

    private func groups(_ match: String, budget: Duration = .seconds(1)) throws -> ProcessGroups {
        let now = AgentClock.system.now()
        return ProcessGroups(
            try WatchFile.parse(Array("groups: [{ service: web, match: { \(match) } }]".utf8), path: "watch.yaml"),
            retention: .seconds(300),
            sockets: SocketSurvey(budget, each: .milliseconds(1), work: AgentWork(at: now)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, at: now)
    }

    private func run(_ before: [String] = [], _ body: (String) throws -> Void) async throws {
        let mark = "apus-\(UUID().uuidString)"
        let command = before + ["/usr/bin/python3", "-c", Self.server, mark]
        let program = try RunningProgram(command[0], Array(command.dropFirst()))
        defer { program.signal(SIGKILL) }
        try await eventually("it is ready: \(program.errors)") { program.output.contains("ready") }
        try body(mark)
    }

    private func look(_ groups: ProcessGroups) throws -> SocketFigures? {
        groups.tick(at: AgentClock.system.now())
        return try #require(groups.look(at: AgentClock.system.now()).first).reading.sockets
    }

    @Test func `a server with workers has one queue, as the kernel has it`() async throws {
        try await run { mark in
            let found = try #require(try look(try groups("executable: 'python3*', command: '\(mark)'")))
            #expect(found.count(of: .tcp, in: .listen) == 1 && found.count(of: .tcp, in: .established) == 5)
            #expect(found.queue(of: .tcp) == 5 && found.limit(of: .tcp) == 16 && found.ratio == 5.0 / 16)
        }
    }

    @Test(.enabled(if: getuid() == 0, "another user's agent needs root"))
    func `who may not look at descriptors serves what the control group says, and nothing of other groups`() async throws {
        let control = try TestControlGroup()
        let folder = try TemporaryFolder()
        let enter = ["/bin/sh", "-c", "while [ $1 != -- ]; do echo $$ > $1; shift; done; shift; exec \"$@\"", "sh"]
        try await run(enter + control.entrances + ["--"]) { mark in
            try folder.write(
                """
                groups:
                  - { service: inside, match: { cgroup: '\(control.path)' } }
                  - { service: named, match: { command: '\(mark)' } }
                """, to: "watch.yaml")
            let port = try LoopbackPort.free()
            try #require(chown(folder.path, 65_534, 65_534) == 0)
            let agent = try RunningProgram(
                "setpriv",
                [
                    "--reuid=65534", "--regid=65534", "--clear-groups", BuiltProgram.path("apus-agent"), "--listen",
                    "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--config", folder.path("watch.yaml"),
                    "--interval", "200ms", "--socket-budget", "20ms", "--journal", "off", "--log", "stderr",
                ])
            defer { agent.stop() }
            let wanted = #"service_process_listen_queue{service="inside",instance="inside",protocol="tcp"} 5"#
            var text = ""
            #expect(
                comesTrue(within: .seconds(10)) {
                    text = (try? Command.run("curl", ["-s", "http://127.0.0.1:\(port)/metrics"]).output) ?? ""
                    return text.contains(wanted)
                }, "\(agent.errors)")
            #expect(
                text.contains(#"service_process_sockets{service="inside",instance="inside",protocol="tcp",state="listen"} 1"#))
            #expect(!text.contains(#"service_process_sockets{service="named""#))
        }
        #expect(comesTrue(within: .seconds(10)) { control.remove() })
    }

    @Test(.enabled(if: getuid() == 0, "namespaces need root"))
    func `a process in another network namespace has the sockets of that`() async throws {
        try await run(["unshare", "--net", "/bin/sh", "-c", "ip link set lo up && exec \"$@\"", "sh"]) { mark in
            let found = try #require(try look(try groups("executable: 'python3*', command: '\(mark)'")))
            #expect(found.count(of: .tcp, in: .listen) == 1 && found.queue(of: .tcp) == 5 && found.limit(of: .tcp) == nil)
        }
    }
}
