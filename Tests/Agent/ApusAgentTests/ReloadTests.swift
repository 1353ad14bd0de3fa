import AgentMetrics
import ApusAgent
import ApusSystemd
import Foundation
import Glibc
import HostTesting
import NIOHTTP1
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct ReloadTests {
    private func parse(_ text: String) throws -> [String] {
        try ExpectedInstances.parse(Array(text.utf8), path: "f").map(\.description)
    }

    @Test func `a file of expected instances has one a line, and comments`() throws {
        #expect(try parse("") == [])
        let text = "# all\n\nworker/worker-1\r\n \tapi/api 1  \n  # end\napi/ü"
        #expect(try parse(text) == ["worker/worker-1", "api/api 1", "api/ü"])
    }

    @Test func `after a name stands whose it is`() throws {
        let text =
            "\u{FEFF}worker/worker-1 unit=apus-worker@worker-1.service\napi/api 1\tx  uid=1001\nshop/a user=root\nb/c x\n"
            .replacing("\t", with: " ")
        #expect(
            try ExpectedInstances.parse(Array(text.utf8), path: "f") == [
                ExpectedInstance(
                    InstanceIdentity(service: "worker", instance: "worker-1"), holder: .unit("apus-worker@worker-1.service")),
                ExpectedInstance(InstanceIdentity(service: "api", instance: "api 1 x"), holder: .user(1001)),
                ExpectedInstance(InstanceIdentity(service: "shop", instance: "a"), holder: .user(0)),
                ExpectedInstance(InstanceIdentity(service: "b", instance: "c x")),
            ])
    }

    @Test(arguments: [
        ("a/b uid=-1", "no number of a user"), ("a/b uid=4294967295", "no number of a user"),
        ("a/b user=nobody-at-all", "no user"),
        ("a/b unit=worker", "with its type"), ("a/b uid=1\na/b uid=2", "belongs to somebody else"),
        ("a/b\u{202E}", "write SERVICE/INSTANCE"), ("a/b # primary", "a comment stands on a line of its own"),
        ("a/b uid=1 # daemon", "says not whose it is"), ("a/b usr=daemon", "“usr=daemon” says not whose it is"),
        ("a/b user = daemon", "“=” says not whose it is"), ("a/b uid=1 extra", "“uid=1” says not whose it is"),
        ("a/b\tuid=1", "says not whose it is"), ("a/b uid=1 uid=2", "“uid=1” says not whose it is"),
    ])
    func `whose a name is has to be somebody`(text: String, reason: String) {
        let error = #expect(throws: ExpectedInstancesError.self) { try parse(text) }
        #expect(error?.description.contains(reason) == true)
    }

    @Test(arguments: ["worker", "/a", "a/", "a/b/c", "a/\u{1}", "x/\(String(repeating: "y", count: 129))"])
    func `a line that is no instance is named`(line: String) {
        let error = #expect(throws: ExpectedInstancesError.self) { try parse("a/b\n#\n\(line)\nc/d\n") }
        #expect(error?.description.hasPrefix("f:3: “\(line.prefix(64))”") == true)
    }

    @Test func `bytes that are no text are refused, and so is a file that is none`() throws {
        #expect(throws: ExpectedInstancesError.malformed(path: "f", line: 1, text: "\u{FFFD}/a")) {
            try ExpectedInstances.parse([0xFF, 0x2F, 0x61], path: "f")
        }
        let words = [
            "/nowhere/at/all": "there is no such file: write it, or name another one", "/": "it is a folder: name a file in it",
            "/dev/zero": "it cannot be read: it is a pipe, a socket or a device: give the path of a file",
        ]
        for (path, words) in words {
            let error = #expect(throws: ExpectedInstancesError.self) { try ExpectedInstances.read(path) }
            #expect(error?.description == "\(path): \(words)")
        }
    }

    @Test func `a reload that takes a page away asks no instance under the table's lock`() throws {
        let host = try FixtureHost()
        // Whoever opens this file waits until somebody writes to it, and an instance is taken on under its own lock.
        let limits = host.folder.path("host/proc/4711/limits")
        try FileManager.default.removeItem(atPath: limits)
        try #require(mkfifo(limits, 0o600) == 0)
        let flags = Flags()
        Thread.detachNewThread {
            _ = try? host.report(FixtureHost.worker, pid: 4711, connection: 1)
            flags.admitted.store(true, ordering: .releasing)
        }
        defer {
            // Lets everybody go.
            let writer = open(limits, O_RDWR | O_NONBLOCK | O_CLOEXEC)
            #expect(comesTrue(within: .seconds(20)) { flags.admitted.load(ordering: .acquiring) })
            close(writer)
        }
        try #require(comesTrue(within: .seconds(10)) { !host.table.instances.isEmpty })
        let instance = try #require(host.table.instances.first)
        // Whoever takes it on has it in the table before it comes to the file.
        usleep(500_000)
        Thread.detachNewThread {
            _ = instance.look(at: host.time.now)
            flags.probed.store(true, ordering: .releasing)
        }
        host.table.scrape([FixtureHost.worker])
        Thread.detachNewThread {
            host.table.scrape([])
            flags.reloaded.store(true, ordering: .releasing)
        }
        usleep(300_000)
        // The instance's lock is held, and the reload waits for it.
        try #require(!flags.probed.load(ordering: .acquiring) && !flags.reloaded.load(ordering: .acquiring))
        Thread.detachNewThread {
            _ = host.table.instances
            flags.listed.store(true, ordering: .releasing)
        }
        #expect(comesTrue(within: .seconds(5)) { flags.listed.load(ordering: .acquiring) })
    }

    /// What threads of a test have come to.
    private final class Flags: Sendable {
        let admitted = Atomic<Bool>(false)
        let probed = Atomic<Bool>(false)
        let reloaded = Atomic<Bool>(false)
        let listed = Atomic<Bool>(false)
    }

    @Test func `an agent does not start with a file that is at fault`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("worker\n", to: "expect")
        let error = await #expect(throws: AgentError.self) {
            try await RunningAgent.with {
                $0.expectFile = folder.path("expect")
            } _: { _ in
            }
        }
        #expect(error?.description.hasPrefix("\(folder.path("expect")):1: ") == true)
    }

    @Test func `a reload takes what the file says, keeps the former values when it is at fault, and tells the manager`()
        async throws
    {
        let folder = try TemporaryFolder()
        let manager = try DatagramReceiver()
        let log = RecordedLog()
        try folder.write("api/api-1\n", to: "expect")
        try await RunningAgent.with(
            {
                $0.expected = [InstanceIdentity(service: "worker", instance: "worker-1")]
                $0.expectFile = folder.path("expect")
            }, logger: log.logger, notifier: ServiceNotifier(socket: manager.path)
        ) { agent in
            @Sendable func expected() async throws -> Set<String> {
                Set(
                    try await agent.get("/metrics").samples.filter { $0.key.hasPrefix("apus_service_up{") }.keys.compactMap {
                        $0.split(separator: "\"").dropFirst(3).first.map(String.init)
                    })
            }
            // A descriptor that the manager is to keep is told of by itself, soon after the instance reports.
            @Sendable func told() -> String? {
                while let message = manager.receive() {
                    if !message.text.hasPrefix("FDSTORE=1") { return message.text }
                }
                return nil
            }
            #expect(told() == "READY=1\nSTATUS=watching 2 instances, 2 down")
            #expect(try await expected() == ["worker-1", "api-1"])
            try await agent.reporting("api", "api-2") { _ in
                while let message = manager.receive(within: 0) { #expect(!message.text.contains("READY")) }
                try folder.write("api/api-3\n", to: "expect")
                agent.reload()
                // What is no longer expected is gone, unless it reports or has reported.
                #expect(try await expected() == ["worker-1", "api-2", "api-3"])
                let begun = try #require(told())
                #expect(begun.contains(/^RELOADING=1\nMONOTONIC_USEC=\d+$/))
                #expect(told()?.hasPrefix("READY=1") == true)

                try folder.write("api/api-3\n# fault:\napi-4\n", to: "expect")
                agent.reload()
                #expect(try await expected() == ["worker-1", "api-2", "api-3"])
                #expect(told()?.hasPrefix("RELOADING=1\n") == true)
                let failed = try #require(told())
                #expect(failed.hasPrefix("READY=1\nSTATUS=watching 3 instances, 2 down; reload failed, former values hold: "))
                #expect(failed.contains("\(folder.path("expect")):3: “api-4”"))
                let line = try #require(log.lines("not reloaded: the former values hold").first?["reason"])
                #expect(line.hasPrefix("\(folder.path("expect")):3: "))

                try folder.remove("expect")
                agent.reload()
                #expect(try await expected() == ["worker-1", "api-2", "api-3"])

                try folder.write("", to: "expect")
                agent.reload()
                #expect(try await expected() == ["worker-1", "api-2"])
                var last = ""
                while let message = manager.receive(within: 0) {
                    if !message.text.hasPrefix("FDSTORE=1") { last = message.text }
                }
                #expect(last == "READY=1\nSTATUS=watching 2 instances, 1 down")
            }
        }
    }

    @Test func `an agent runs with a user that its host does not have, and says so at its start and at each reload`()
        async throws
    {
        let folder = try TemporaryFolder()
        let log = RecordedLog()
        let path = folder.path("watch.yaml")
        try folder.write("groups: [{service: a, match: {user: nobody-here}}]", to: "watch.yaml")
        try await RunningAgent.with({ $0.watchFile = path }, logger: log.logger) { agent in
            func remarks() -> [String?] { log.lines("a remark on the file of what is watched").map { $0["remark"] } }
            let words = "\(path):1:37: there is no user “nobody-here” on this host, so that nothing matches here"
            #expect(remarks().map { $0?.hasPrefix(words) } == [true])
            #expect(try await agent.up("a", "a") == "0")
            agent.reload()
            #expect(remarks().map { $0?.hasPrefix(words) } == [true, true])
            // Who is there is matched at once.
            try folder.write("groups: [{service: a, match: {user: root}}]", to: "watch.yaml")
            agent.reload()
            #expect(remarks().count == 2)
            try await agent.until { try await agent.up("a", "a") == "1" }
        }
    }

    @Test func `a request reloads, and says what is wrong with a file`() async throws {
        let folder = try TemporaryFolder()
        try "a/b\n".write(toFile: folder.path("expected"), atomically: true, encoding: .utf8)
        let path = folder.path("expected")
        try await RunningAgent.with {
            $0.expectFile = path
        } _: { agent in
            try "a/b\nc/d\n".write(toFile: path, atomically: true, encoding: .utf8)
            #expect(try await agent.get("/-/reload").status == 405)
            #expect(try await agent.up("c", "d") == nil)
            let done = try await agent.get("/-/reload", method: .POST)
            #expect(done.status == 200 && done.text == "reloaded\n")
            #expect(try await agent.up("c", "d") == "0")
            let loaded = "apus_agent_config_last_reload_successful"
            let time = "apus_agent_config_last_reload_success_timestamp_seconds"
            let before = try await agent.get("/metrics").samples
            #expect(before[loaded] == "1")
            let taken = try #require(before[time].flatMap(Double.init))
            #expect(abs(taken - Date.now.timeIntervalSince1970) < 60)
            try "nothing\n".write(toFile: path, atomically: true, encoding: .utf8)
            let failed = try await agent.get("/-/reload", method: .PUT)
            #expect(failed.status == 500 && failed.text.contains(":1: “nothing”"))
            #expect(try await agent.up("c", "d") == "0")
            let after = try await agent.get("/metrics").samples
            #expect(after[loaded] == "0" && after[time].flatMap(Double.init) == taken)
            let health = try await agent.get("/health")
            let document = try #require(try JSONSerialization.jsonObject(with: Data(health.text.utf8)) as? [String: Any])
            let configuration = try #require(document["configuration"] as? [String: Any])
            #expect(
                health.status == 200 && document["status"] as? String == "warn" && configuration["status"] as? String == "fail")
            try "a/b\n".write(toFile: path, atomically: true, encoding: .utf8)
            #expect(try await agent.get("/-/reload", method: .POST).status == 200)
            #expect(try await agent.get("/metrics").samples[loaded] == "1")
        }
    }

    @Test func `another user may not have the agent reload`() async throws {
        try await RunningAgent.with { agent in
            let command = try Command.run(
                "setpriv",
                [
                    "--reuid", "65534", "--regid", "65534", "--clear-groups", "curl", "--silent", "--request", "POST",
                    "--write-out", "%{http_code}", "--output", "/dev/null", "http://127.0.0.1:\(agent.port)/-/reload",
                ])
            #expect(command.output == "403")
        }
    }
}
