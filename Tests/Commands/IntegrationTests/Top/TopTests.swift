import Foundation
import Glibc
import HostTesting
import NIOHTTP1
import Testing

/// `apus top` beside real agents and beside what is none, once and in a terminal of its own.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TopTests {
    private static let folder = Executables.repository + "Tests/Commands/IntegrationTests/Top/"

    private func top(_ arguments: [String]) async throws -> Command {
        try await Command.runApart(Executables.apus, ["top"] + arguments)
    }

    /// Runs it in a terminal, and goes through the steps of `screen.py`.
    private func see(_ arguments: [String], _ steps: [String], size: String = "120x30") async throws {
        let seen = try await Command.runApart(
            "python3",
            [Self.folder + "screen.py", size] + steps
                + ["--", "/usr/bin/env", "TERM=xterm-256color", Executables.apus, "top"] + arguments)
        #expect(seen.passed && seen.output.hasSuffix("all steps came true\n"), "\(seen.text)")
    }

    /// Servers that no agent is like.
    private func strangers(_ modes: [String]) async throws -> (program: RunningProgram, urls: [String]) {
        let program = try RunningProgram("python3", [Self.folder + "agents.py"] + modes)
        try await eventually("they listen: \(program.errors)") { program.output.split(separator: "\n").count == modes.count }
        return (program, program.output.split(separator: "\n").map { "http://127.0.0.1:\($0)" })
    }

    // MARK: - Once

    @Test func `once it prints what the agent's API has, in the order that is asked for`() async throws {
        let agent = try await WatchingAgent()
        try await agent.report(memory: ["shop-1": 300_000_000, "shop-2": 100_000_000, "shop-3": 200_000_000])
        let made = try await top(["--once", "--json", "--agent", agent.url, "--sort", "memory"])
        #expect(made.passed && made.errors.isEmpty, "\(made.text)")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
        let rows = try #require(report["rows"] as? [[String: Any]])
        #expect(rows.prefix(3).map { $0["instance"] as? String } == ["shop-1", "shop-3", "shop-2"])
        #expect(rows.allSatisfy { $0["agent"] as? String == agent.url })
        // Every member of the agent's own that a row of the table knows is the same.
        let served = try #require(try await HTTP.get(agent.url + "/api/v1/instances").object["instances"] as? [[String: Any]])
        #expect(served.count == rows.count && !rows.isEmpty)
        for row in rows {
            let own = try #require(served.first { $0["instance"] as? String == row["instance"] as? String })
            for member in ["service", "kind", "state", "expected", "sinceTime"] {
                #expect("\(row[member] ?? "none")" == "\(own[member] ?? "none")", "\(member) of \(row)")
            }
        }
        let agents = try #require(report["agents"] as? [[String: Any]])
        #expect(agents.count == 1 && agents[0]["rows"] as? Int == rows.count && agents[0]["error"] == nil)

        let table = try await top([
            "--once", "--agent", "unix://\(agent.socket)", "--sort", "memory", "--filter", "shop- -shop-3", "--limit", "2",
        ])
        let lines = table.output.split(separator: "\n")
        #expect(table.passed && lines.count == 3 && !table.output.utf8.contains(0x1B), "\(table.text)")
        #expect(
            lines[1].contains("shop-1 ") && lines[1].contains("286M") && lines[2].contains("shop-2 ")
                && lines[2].contains("95.4M"))
        let down = try await top([
            "--once", "--agent", agent.url, "--filter", "state:down", "--width", "40", "--color", "always",
        ])
        #expect(down.output.contains("absent-1") && down.output.contains("\u{1B}[0;1;31mdown"), "\(down.text)")
        try await agent.stop()
    }

    @Test func `two agents that see an instance have a row each`() async throws {
        let (one, other) = (try await WatchingAgent(), try await WatchingAgent())
        for agent in [one, other] { try await agent.report(memory: ["shop-1": 1_000_000]) }
        let table = try await top([
            "--once", "--agent", one.url, "--agent", other.url, "--agent", one.url, "--filter", "shop-1",
        ])
        let lines = table.output.split(separator: "\n")
        #expect(table.passed && lines.count == 3 && lines[0].hasPrefix("AGENT"), "\(table.text)")
        #expect(lines[1].contains(":\(one.port) ") && lines[2].contains(":\(other.port) "))
        let filtered = try await top([
            "--once", "--agent", one.url, "--agent", other.url, "--filter", "agent:\(other.port) shop-1",
        ])
        #expect(filtered.output.split(separator: "\n").count == 2)
        try await one.stop()
        try await other.stop()
    }

    @Test func `what is no agent is named with its reason, and holds up none that is`() async throws {
        let agent = try await WatchingAgent()
        try await agent.report(memory: ["shop-1": 1_000_000])
        let (program, urls) = try await strangers(["hang", "trickle", "flood", "rubbish", "other", "error"])
        defer { program.stop() }
        let port = try LoopbackPort.free()
        let all = urls + ["http://127.0.0.1:\(port)", "unix:///nowhere/http.sock", agent.url]
        let start = ContinuousClock.now
        let made = try await top(["--once"] + all.flatMap { ["--agent", $0] })
        #expect(ContinuousClock.now - start < .seconds(30), "agents are asked beside one another")
        #expect(made.status == 1 && made.output.contains("shop-1"), "\(made.text)")
        let errors = made.errors.split(separator: "\n")
        #expect(errors.count == all.count - 1, "\(made.errors)")
        for (url, words) in zip(
            all,
            ["does not answer in time", "does not answer in time", "more than", "is no HTTP", "no agent's", "status 500: ?[2J"])
        {
            #expect(errors.contains { $0.hasPrefix("Error: \(url): ") && $0.contains(words) }, "\(url): \(made.errors)")
        }
        #expect(!made.errors.utf8.contains(0x1B))
        let json = try await top(["--once", "--json", "--agent", urls[4], "--agent", agent.url])
        let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let told = try #require(report["agents"] as? [[String: Any]])
        #expect(json.status == 1 && (told[0]["error"] as? String)?.contains("no agent's") == true && told[1]["error"] == nil)
        try await agent.stop()
    }

    @Test(arguments: [
        (["--json"], "give --once too"), (["--limit", "3"], "give --once too"), (["--width", "9"], "give --once too"),
        (["--once", "--filter", "colour:x"], "--filter: “colour” is nothing that a filter looks in"),
        (["--once", "--sort", "size"], "--sort"), (["--interval", "10ms"], "use 1s to 1h"),
        (["--once", "--width", "0"], "use 1 to 10000"),
    ])
    func `what cannot be meant is refused with what to write`(arguments: [String], words: String) async throws {
        let made = try await top(arguments)
        #expect(made.status == 64 && made.errors.contains(words) && made.output.isEmpty, "\(made.text)")
    }

    @Test func `without a terminal it says what to give`() async throws {
        let made = try await top([])
        #expect(made.status == 1 && made.errors.contains("give --once for one table") && made.output.isEmpty, "\(made.text)")
        let url = try await top(["--once", "--agent", "ftp://a"])
        #expect(
            url.status == 1 && url.errors.contains("write http://HOST:PORT, https://HOST:PORT or unix:///PATH"), "\(url.text)")
        let socket = try await top(["--once", "--agent", "unix:a.sock"])
        #expect(socket.status == 1 && socket.errors.contains("write unix:///PATH"), "\(socket.text)")
    }

    @Test func `an agent with users and TLS is asked, and its password told to nobody else`() async throws {
        let agent = try await SecuredAgent(
            "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n" + SecuredAgent.users)
        let authority = ["--ca-file", agent.certificates.certificate("authority")]
        let url = "https://127.0.0.1:\(agent.port)"
        let known = try await top(
            ["--once", "--json", "--agent", "https://alice:open%20sesame@127.0.0.1:\(agent.port)"] + authority)
        #expect(known.passed && known.output.contains(url), "\(known.text)")
        for (arguments, words) in [
            (["--agent", "https://alice:open%20barley@127.0.0.1:\(agent.port)"] + authority, "status 401"),
            (["--agent", url] + authority, "--http-config"),
            (["--agent", "https://alice:open%20sesame@127.0.0.1:\(agent.port)"], "--ca-file"),
            (["--agent", "https://alice:open sesame@127.0.0.1:x"], "is no URL of a server"),
        ] {
            let made = try await top(["--once"] + arguments)
            #expect(made.status == 1 && made.errors.contains(words), "\(made.text)")
            for answer in [known, made] {
                for secret in ["sesame", "barley", "b3BlbiBz"] { #expect(!answer.text.contains(secret), "\(answer.text)") }
            }
        }
        // While it runs, ps shows the URL without them.
        let (stranger, urls) = try await strangers(["hang"])
        defer { stranger.stop() }
        let place = urls[0].dropFirst("http://".count)
        let waiting = try RunningProgram(Executables.apus, ["top", "--once", "--agent", "http://alice:sesame@\(place)"])
        try await eventually("ps shows no password: \(LinuxProcess(pid: waiting.pid).arguments)") {
            let arguments = LinuxProcess(pid: waiting.pid).arguments
            return arguments.count == 5 && arguments[4] == "http://************@\(place)"
        }
        #expect(try await waiting.wait(.seconds(30)) == 1)
        #expect(!(waiting.output + waiting.errors).contains("sesame"))
        try await agent.stop()
    }

    // MARK: - In a terminal

    @Test func `keys choose, sort, filter and open, at any size of the screen`() async throws {
        let agent = try await WatchingAgent()
        try await agent.report(memory: ["shop-1": 300_000_000, "shop-2": 100_000_000, "shop-3": 200_000_000])
        try await see(
            ["--agent", agent.url, "--sort", "name"],
            [
                "see:SERVICE", "see:absent-1", "first:absent-1|shop-1", "first:shop-2|shop-3", "see:286M", "keys:r",
                "first:shop-3|shop-2", "keys:rss", "see:sort cpu", "keys:s", "see:sort memory", "first:shop-1|shop-3",
                "first:shop-3|shop-2", "keys:/shop-3", "miss:shop-1", "see:/shop-3", "keys:\\n", "see:q quit",
                "see:filter shop-3",
                "keys:\\x1b", "miss:hidden", "see:shop-1", "keys:/state:down\\n", "miss:shop-1", "see:absent-1", "keys:\\x1b",
                "miss:hidden", "see:shop-1", "each:\\x1b[B\\x1b[B", "keys:\\n", "see:shop / shop-3", "see:Instance",
                "see:memory", "keys:\\x1b", "miss:shop / shop-3", "see:SERVICE", "keys:h", "see:Keys", "keys:x", "miss:Keys",
                "keys:p", "see:PAUSED", "keys:p", "miss:PAUSED", "size:40x10", "see:STATE", "see:shop-1", "size:200x50",
                "see:FILES",
                "see:shop-3", "size:10x3", "size:120x30", "see:QUEUE", "keys:q", "end:0",
            ])
        try await agent.stop()
    }

    @Test(arguments: [
        (["keys:q"], 0), (["keys:\\x03"], 0), (["kill:INT"], 0), (["kill:TERM"], 143), (["kill:HUP"], 129),
        (["kill:ABRT"], 134),
        (["kill:SEGV"], 139), (["kill:QUIT"], 131), (["hangup"], 129),
        (["deaf", "size:300x90", "size:200x90", "size:300x90", "kill:TERM"], 143),
        (["keys:\\x1a", "stopped", "go", "see:STATE", "keys:q"], 0), (["kill:TSTP", "stopped", "kill:TERM", "go"], 143),
        (["kill:STOP", "go", "see:STATE", "keys:q"], 0),
    ])
    func `every end gives the terminal back`(steps: [String], code: Int) async throws {
        let agent = try await WatchingAgent()
        try await see(["--agent", agent.url], ["see:STATE", "see:absent-1"] + steps + ["end:\(code)"])
        try await agent.stop()
    }

    @Test func `an agent that goes and comes back is told, and its rows stay meanwhile`() async throws {
        let (one, other) = (try await WatchingAgent(), try await WatchingAgent())
        try await one.report(memory: ["shop-1": 1_000_000])
        try await other.report(memory: ["shop-2": 1_000_000])
        let watching = Task {
            try await see(
                ["--agent", one.url, "--agent", other.url, "--interval", "1s"],
                [
                    "see:shop-1", "see:shop-2", "see:(1 silent)", "see:its rows are", "see:shop-2", "see:shop-1", "miss:silent",
                    "see:absent-1", "keys:q", "end:0",
                ])
        }
        try await Task.sleep(for: .seconds(3))
        other.program.signal(SIGKILL)
        try await Task.sleep(for: .seconds(4))
        let again = try await WatchingAgent(port: other.port)
        try await watching.value
        try await again.stop()
        try await one.stop()
    }

    @Test func `hostile names and agents show as text, and hold up no honest row`() async throws {
        let agent = try await WatchingAgent()
        try await agent.report(memory: ["shop-1": 1_000_000])
        let (program, urls) = try await strangers([
            "names", "many", "numbers", "hang", "trickle", "flood", "rubbish", "other", "error",
        ])
        defer { program.stop() }
        let all = urls + [agent.url]
        try await see(
            all.flatMap { ["--agent", $0] },
            [
                "see:silent)", "see:left out", "keys:/shop-1\\n", "miss:many-", "see:shop-1", "keys:\\x1b", "miss:hidden",
                "keys:/agent:\(urls[0].split(separator: ":")[2])\\n", "see:filter agent", "see:␛[2J␛[H", "see:日本語", "see:%n%s",
                "keys:\\x1b[B\\n", "see:no agent's", "see:Esc back", "keys:\\x1b", "miss:Esc back", "keys:\\x1b", "miss:hidden",
                "keys:/numbers\\n", "see:huge", "keys:q", "end:0",
            ], size: "160x50")
        try await agent.stop()
    }
}

/// An agent with services that report to it over HTTP, and one that is expected and absent.
private final class WatchingAgent: Sendable {
    let folder: TemporaryFolder
    let port: Int
    let reports: Int
    let program: RunningProgram
    var url: String { "http://127.0.0.1:\(port)" }
    var socket: String { folder.path("http.sock") }

    init(port wanted: Int? = nil) async throws {
        folder = try TemporaryFolder()
        (port, reports) = (try wanted ?? LoopbackPort.free(), try LoopbackPort.free())
        program = try RunningProgram(
            Executables.agent,
            [
                "--listen", "127.0.0.1:\(port)", "--listen", "unix:\(folder.path("http.sock"))", "--report-listen",
                "127.0.0.1:\(reports)",
                "--socket", folder.path("agent.sock"), "--expect", "shop/absent-1", "--journal", "off", "--interval", "1s",
                "--log", "stderr",
            ])
        let (agent, port) = (program, port)
        try await eventually("the agent listens: \(agent.errors)") {
            guard agent.isRunning else { throw Failure("the agent ended: \(agent.errors)") }
            return LoopbackPort.answers(port)
        }
    }

    /// Reports instances with their memory in bytes, until the agent serves them.
    func report(memory: [String: Int]) async throws {
        for (instance, bytes) in memory {
            let text = "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes \(bytes)\n"
            let answer = try await HTTP.send(
                .PUT, "http://127.0.0.1:\(reports)/v1/report/shop/\(instance)", text, headers: ["Content-Type": "text/plain"])
            #expect(answer.status < 300, "\(answer.text)")
        }
        let url = url
        try await eventually("the API has all instances") {
            let text = try await HTTP.get(url + "/api/v1/instances").text
            return memory.keys.allSatisfy { text.contains("\"\($0)\"") } && text.contains("residentBytes")
        }
    }

    func stop() async throws {
        program.signal(SIGTERM)
        _ = try await program.wait(.seconds(20))
    }
}
