import Foundation
import HostTesting
import Testing

/// What goes wrong at a command line or in a request is told in one clear line, with a code that says so.
@Suite(.serialized, .timeLimit(.minutes(5))) struct BadInputTests {
    private func expectOneLine(_ command: Command, _ words: [String]) {
        #expect(command.status != 0)
        let lines = command.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(command.errors)")
        #expect(lines.first?.hasPrefix("Error: ") == true, "\(command.errors)")
        for word in words { #expect(lines.first?.contains(word) == true, "\(command.errors)") }
    }

    @Test func `an occupied port names itself and the way out`() async throws {
        let offset = try RunningFleet.freeOffset()
        let folder = try TemporaryFolder()
        let taken = try OccupiedPort(3002 + offset)
        let up = try await Command.runApart(
            Executables.apus, ["up", "--data", folder.path("data"), "--port-offset", "\(offset)"])
        expectOneLine(up, ["\(3002 + offset)", "api-2", "in use", "--port-offset"])
        let api = try await Command.runApart(
            Executables.apus, ["api", "--port", "\(3002 + offset)", "--instance", "api-9", "--data", folder.path])
        expectOneLine(api, ["\(3002 + offset)", "in use"])
        let agent = try await Command.runApart(
            Executables.agent, ["--listen", "127.0.0.1:\(3002 + offset)", "--socket", folder.path("agent.sock")])
        expectOneLine(agent, ["\(3002 + offset)", "in use", "--listen"])
        withExtendedLifetime(taken) {}
    }

    @Test(arguments: [["worker", "--instance", "worker-9"], ["api", "--instance", "api-9"]])
    func `a missing data folder is named`(arguments: [String]) async throws {
        let missing = "/tmp/apus-missing-\(UUID().uuidString)"
        let command = try await Command.runApart(Executables.apus, arguments + ["--data", missing])
        expectOneLine(command, [missing])
        #expect(!FileManager.default.fileExists(atPath: missing))
    }

    @Test func `the parent of the fleet's data folder must be there`() async throws {
        let missing = "/tmp/apus-missing-\(UUID().uuidString)/data"
        let command = try await Command.runApart(
            Executables.apus, ["up", "--data", missing, "--port-offset", "\(try RunningFleet.freeOffset())"])
        expectOneLine(command, [missing])
    }

    @Test(arguments: [
        (["--batch-size", "5000"], "use 1 to 1000"), (["--lease-duration", "999ms"], "use 1s to 1d"),
        (["--poll-interval", "2d"], "use 10ms to 1d"),
    ])
    func `a setting of deliveries that a worker refuses is refused by the fleet too, in the same words`(
        arguments: [String], range: String
    ) async throws {
        let missing = "/tmp/apus-missing-\(UUID().uuidString)/data"
        for command in [["up"], ["worker", "--instance", "worker-9"]] {
            let result = try await Command.runApart(Executables.apus, command + ["--data", missing] + arguments)
            expectOneLine(result, [arguments[0], range])
            #expect(result.status == 64)
        }
    }

    @Test func `settings that contradict one another in the fleet are named before anything starts`() async throws {
        let folder = try TemporaryFolder()
        let data = ["up", "--data", folder.path("data")]
        let deliveries = try await Command.runApart(
            Executables.apus, data + ["--lease-duration", "1s", "--poll-interval", "10s"])
        expectOneLine(
            deliveries, ["--lease-duration 1s", "--poll-interval 10s", "a lease of 1s does not outlast a poll interval of 10s"])
        let sampling = try await Command.runApart(Executables.apus, data + ["--sampling-interval", "50ms"])
        expectOneLine(sampling, ["--sampling-interval 50ms", "from 100ms to 1d"])
        #expect(!FileManager.default.fileExists(atPath: folder.path("data")))
    }

    @Test(arguments: ["up", "api", "worker", "generate", "load"])
    func `an unknown option is named`(command: String) async throws {
        let required = command == "api" || command == "worker" ? ["--instance", "a"] : []
        let result = try await Command.runApart(Executables.apus, [command, "--bogus"] + required)
        expectOneLine(result, ["--bogus"])
        #expect(result.status == 64)
    }

    @Test func `an unknown option of the agent is named`() async throws {
        expectOneLine(try await Command.runApart(Executables.agent, ["--bogus"]), ["--bogus"])
    }

    @Test(arguments: [
        ["--interval", "15"], ["--interval", "1ms"], ["--listen", "nowhere"], ["--expect", "worker"], ["--retention", "x"],
        ["--hung-after", "2s"], ["--journal-save-interval", "99ms"], ["--compress", "gzip"], ["--log", "syslog"],
        ["--allowed-host", "http://a.example"], ["--journal-messages", "everybody"],
        ["--socket", "/nowhere/agent.sock"], ["--socket", "/tmp/" + String(repeating: "x", count: 110)],
    ])
    func `a wrong value of an agent's option is named`(arguments: [String]) async throws {
        let folder = try TemporaryFolder()
        let defaults = ["--listen", "127.0.0.1:0", "--socket", folder.path("agent.sock")]
        let rest = arguments[0] == "--listen" || arguments[0] == "--socket" ? [] : defaults
        let command = try await Command.runApart(Executables.agent, rest + arguments)
        expectOneLine(command, [arguments[1]])
    }

    @Test(
        arguments: [
            (["--interval", "15"], "write a duration with its unit, such as 15s or 500ms", 64),
            (["--listen", "[::1]"], "write [::1]:PORT", 64),
            (["--listen", "127.0.0.1:99999"], "a port is a number from 0 to 65535", 64),
            (["--listen", "unix:http.sock"], "write unix:/PATH", 64),
            (["--listen", "unix:/nowhere/http.sock"], "there is no folder /nowhere: make it", 1),
            (["--listen", "unix:/tmp/\(String(repeating: "x", count: 110))"], "107 bytes at most", 64),
            (["--listen", "127.0.0.1:9480", "--listen", "*:9480"], "127.0.0.1:9480, which is named too", 64),
            (["--report-listen", "127.0.0.1:9480"], "127.0.0.1:9480, which is named too", 64),
            (["--listen", "http://127.0.0.1:9490/"], "an address has no scheme: write 127.0.0.1:9490", 64),
            (["--listen", "203.0.113.7:9490"], "this host has no such address", 1),
            (["--listen", "no-such-host.invalid:9490"], "no host no-such-host.invalid is known", 1),
            (["--socket", "/tmp"], "/tmp is a folder", 1), (["--socket", "/etc/passwd"], "/etc/passwd is a file", 1),
            (["--socket", "/nowhere/agent.sock"], "there is no folder /nowhere: make it", 1),
            (["--socket", "/tmp/" + String(repeating: "x", count: 110)], "107 bytes at most", 64),
            (["--state-directory", "/nowhere"], "there is no such folder", 64),
            (["--state-directory", "/etc/passwd"], "it is not a folder", 64),
        ] as [([String], String, Int32)])
    func `what an agent cannot use is told with what to do about it`(arguments: [String], told: String, code: Int32)
        async throws
    {
        let folder = try TemporaryFolder()
        // Where nothing is said, the default is what contradicts.
        let listen = arguments[0].hasSuffix("-listen") ? [] : ["--listen", "127.0.0.1:0"]
        let socket = arguments[0] == "--socket" ? [] : ["--socket", folder.path("agent.sock")]
        let command = try await Command.runApart(Executables.agent, listen + socket + arguments)
        expectOneLine(command, [arguments[1], told])
        #expect(command.status == code)
    }

    @Test func `one name is not expected of two users`() async throws {
        let command = try await Command.runApart(
            Executables.agent, ["--expect", "a/b uid=4711", "--expect", "a/b uid=4711", "--expect", "a/b"])
        expectOneLine(command, ["--expect a/b: a/b is named before, and belongs to somebody else there"])
        #expect(command.status == 64)
    }

    @Test func `a second agent on the same counts is refused, and the first one's end makes room however it comes`()
        async throws
    {
        let folder = try TemporaryFolder()
        func arguments(_ name: String) -> [String] {
            [
                "--listen", "127.0.0.1:0", "--socket", folder.path("\(name).sock"), "--state-directory", folder.path,
                "--journal", "all",
                "--journal-directory", folder.path,
            ]
        }
        let first = try RunningProgram(Executables.agent, arguments("first"))
        try await eventually("the first one listens") { first.errors.contains("listening") }
        let second = try await Command.runApart(Executables.agent, arguments("second"))
        expectOneLine(second, ["another agent, process \(first.pid), keeps its counts in \(folder.path)", "--state-directory"])
        #expect(second.status == 1)
        first.signal(SIGKILL)
        _ = first.wait()
        let third = try RunningProgram(Executables.agent, arguments("third"))
        try await eventually("the third one listens") { third.errors.contains("listening") }
        third.signal(SIGTERM)
        #expect(third.wait() == 0)
    }

    @Test func `who asks where nobody listens is told so at once`() async throws {
        let port = try LoopbackPort.free()
        for arguments in [["check", "--agent"], ["check", "--prometheus"], ["probe", "--timeout", "30s"]] {
            let start = ContinuousClock.now
            let command = try await Command.runApart(Executables.apus, arguments + ["http://127.0.0.1:\(port)"])
            expectOneLine(command, ["nothing listens on ", "127.0.0.1:\(port)"])
            #expect(start.duration(to: .now) < .seconds(8))
        }
    }

    /// Servers that answer with one status that HTTP does not have, and with a body that never ends.
    @Test(arguments: [
        "HTTP/1.1 000 X\\r\\ncontent-length: 0\\r\\n\\r\\n", "HTTP/1.1 200 OK\\r\\ncontent-length: 100000\\r\\n\\r\\n",
    ])
    func `who is answered without end or without sense is told so in time`(answer: String) async throws {
        let port = try LoopbackPort.free()
        let server = try RunningProgram(
            "python3",
            [
                "-c",
                "import socket, threading, time\n"
                    + """
                    def serve(client):
                        try:
                            client.recv(65536)
                            client.sendall(b"\(answer)")
                            while True:
                                client.sendall(b" ")
                                time.sleep(0.3)
                        except OSError: pass
                    with socket.create_server(("127.0.0.1", \(port))) as listener:
                        print("ready", flush=True)
                        while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
                    """,
            ])
        defer { server.stop() }
        try await eventually("the server listens") { server.output.contains("ready") }
        let url = "http://127.0.0.1:\(port)"
        let words = answer.contains(" 000 ") ? "it answers with the status 0" : "does not answer in time"
        for arguments in [["check", "--agent", url], ["check", "--prometheus", url]] {
            let start = ContinuousClock.now
            let command = try await Command.runApart(Executables.apus, arguments)
            expectOneLine(command, [words])
            #expect(command.status == 1 && start.duration(to: .now) < .seconds(60), "\(command.errors)")
        }
        let load = try await Command.runApart(
            Executables.apus,
            ["load", "--rate", "1", "--duration", "1s", "--settle", "0s", "--url", url])
        #expect(load.text.contains(words), "\(load.text)")
    }

    @Test func `several contradictions of a topology have a line each`() async throws {
        let folder = try TemporaryFolder()
        let command = try await Command.runApart(
            Executables.apus, ["generate", "--port-offset", "65000", "--alert-hold", "1s", "--output", folder.path])
        #expect(command.status == 1)
        let lines = command.errors.split(separator: "\n")
        #expect(lines.first == "Error: the fleet contradicts itself:", "\(command.errors)")
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  ") } && lines.count > 3, "\(command.errors)")
        #expect(lines.contains { $0.contains("alerts hold for 1s") })
        expectOneLine(
            try await Command.runApart(Executables.apus, ["generate", "--alert-hold", "1s", "--output", folder.path]),
            ["the fleet contradicts itself: ", "alerts hold for 1s"])
    }

    /// The first has no room for the database, the second none for the memory that its processes share.
    @Test(arguments: [65536, 65536 - 16384])
    func `a full disk is called that at the start`(bytes: Int) async throws {
        let folder = try TemporaryFolder()
        // A file system of its own, which only the worker sees; needs root.
        let script =
            "mount -t tmpfs -o size=64k,mode=0700 none \"$1\" && head -c \(bytes) /dev/zero > \"$1/filler\"; "
            + "exec \"$0\" worker --instance worker-9 --data \"$1\""
        let command = try await Command.runApart("unshare", ["-m", "sh", "-c", script, Executables.apus, folder.path])
        expectOneLine(command, ["the disk is full; free space on it"])
        #expect(command.status == 1)
    }

    @Test func `a report of a load test that cannot be written is on standard output`() async throws {
        let api = "http://127.0.0.1:\(try LoopbackPort.free())"
        let command = try await Command.runApart(
            Executables.apus,
            [
                "load", "--rate", "1", "--duration", "1s", "--settle", "0s", "--url", api, "--report", "json", "--output",
                "/nowhere/report.json",
            ])
        expectOneLine(command, ["/nowhere/report.json", "there is no such folder", "standard output"])
        #expect(command.status == 1)
        #expect(try JSONSerialization.jsonObject(with: Data(command.output.utf8)) is [String: Any], "\(command.output)")
    }

    @Test func `a second fleet on the same folder is refused, and the first goes on`() async throws {
        let fleet = try await RunningFleet()
        let second = try await Command.runApart(
            Executables.apus, ["up", "--data", fleet.data, "--port-offset", "\(try RunningFleet.freeOffset())"])
        expectOneLine(second, ["another fleet", "\(fleet.process.pid)"])
        #expect(try await HTTP.get("\(fleet.apis[0])/health/ready").status == 200)
        #expect(try await fleet.stop() == 0)
    }

    @Test func `a malformed notification is answered with 400 and the field, a key with another body with 422`() async throws {
        let fleet = try await RunningFleet()
        let url = "\(fleet.apis[0])/notifications"
        let good = #"{"userId":"u1","channel":"log","title":"t","body":"b"}"#
        for (body, field) in [
            (#"{"channel":"log","title":"t","body":"b"}"#, "userId"),
            (#"{"userId":"u1","channel":"pigeon","title":"t","body":"b"}"#, "channel"),
            (#"{"userId":"u1","channel":"webhook","title":"t","body":"b"}"#, "webhookUrl"),
            (#"{"userId":"u1","channel":"log","title":7,"body":"b"}"#, "title"),
            (#"{"userId":"u1","channel":"log","title":"t","body":"b","boddy":"b"}"#, "boddy"),
            (
                #"[{"userId":"u1","channel":"log","title":"t","body":"b"},{"userId":"u1","channel":"log","title":"t","body":""}]"#,
                "[1].body"
            ),
        ] {
            let answer = try await HTTP.post(url, body)
            #expect(answer.status == 400, "\(body): \(answer.text)")
            #expect(answer.text.contains(field), "\(body): \(answer.text)")
        }
        #expect(try await HTTP.post(url, "{").status == 400)
        let key = ["Idempotency-Key": UUID().uuidString]
        let first = try await HTTP.post(url, good, headers: key)
        let again = try await HTTP.post(url, good, headers: key)
        #expect(first.object["id"] as? String == again.object["id"] as? String)
        #expect(first.object["id"] != nil, "\(first.text)")
        #expect(try await HTTP.post(url, good.replacing("\"b\"}", with: "\"c\"}"), headers: key).status == 422)
        let stats = try await HTTP.get("\(fleet.apis[0])/stats")
        #expect(stats.status == 200)
        #expect(try await fleet.total("notifications_enqueued_total") == 1)
        #expect(try await fleet.stop() == 0)
    }
}
