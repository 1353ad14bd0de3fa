import Foundation
import HostTesting
import NIOHTTP1
import Testing

/// The agent's page in headless Chromium, before the agent's executable with real reporters.
@Suite(.serialized, .timeLimit(.minutes(5))) struct `The page at /` {
    /// In Python, driven over the browser's debugging pipe: the file takes a check, the page's address and what the check needs.
    private static let check = URL(filePath: #filePath).deletingLastPathComponent().path() + "check.py"

    private static func expectPasses(_ arguments: String...) async throws {
        let result = try await Command.runApart("/usr/bin/python3", ["-B", check] + arguments)
        #expect(result.passed, "\(arguments): \(result.text)")
    }

    @Test(arguments: ["values", "keys", "layout", "hidden", "hostile", "buffered", "refused"])
    func `shows what the agent says, in four widths and both schemes, by pointer and by keys, and rests unseen`(check: String)
        async throws
    {
        let agent = try PagedAgent(expecting: ["limits/absent"])
        let service = try RunningProgram(Executables.reportingService, [agent.socket])
        try await agent.report("limits", "deep", "# TYPE queue_depth gauge\nqueue_depth{state=\"pending\"} 20000\n")
        let pool = "# TYPE db_client_connections gauge\n# TYPE db_client_connections_max gauge\n"
        try await agent.report(
            "limits", "full",
            pool + "db_client_connections{pool=\"a\",state=\"used\"} 10\ndb_client_connections_max{pool=\"a\"} 10\n")
        try await agent.report(
            "limits", "fine",
            pool + "db_client_connections{pool=\"a\",state=\"used\"} 5\ndb_client_connections_max{pool=\"a\"} 10\n")
        // What looks like markup, is long, or comes from other alphabets; the agent refuses what is not seen.
        for name in ["<b>bold<b>", String(repeating: "x", count: 128), "日本語", "🙂🙂", "a?b#c&d=e%2F", "'><script>"] {
            try await agent.report("hostile<i>", name, "# TYPE up_total counter\nup_total 1\n")
        }
        try await agent.awaitInstances(11)
        try await Self.expectPasses(check, agent.url)
        service.stop()
    }

    @Test func `says that it is stale while the agent is away, and goes on with the next one`() async throws {
        let agent = try PagedAgent(expecting: ["limits/absent"])
        let service = try RunningProgram(Executables.reportingService, [agent.socket])
        try await agent.awaitInstances(2)
        let browser = try RunningProgram("/usr/bin/python3", ["-B", Self.check, "restart", agent.url])
        try await eventually("the page follows: \(browser.output)\(browser.errors)") { browser.output.contains("followed") }
        agent.stop()
        try await eventually("the page is stale: \(browser.output)\(browser.errors)", within: .seconds(60)) {
            browser.output.contains("stale") || !browser.isRunning
        }
        try agent.start()
        let status = try await browser.wait(.seconds(120))
        #expect(status == 0, "\(browser.output)\(browser.errors)")
        service.stop()
    }

    @Test(arguments: ["probes", "layout"]) func `shows probes, those that are down first`(check: String) async throws {
        let closed = try LoopbackPort.free()
        let agent = try PagedAgent(
            watching: """
                probes:
                  - { tcp: "127.0.0.1:\(closed)", service: zeta, instance: "closed<b>" }
                  - { file: /proc/self/status, service: alpha, instance: file }

                """)
        let service = try RunningProgram(Executables.reportingService, [agent.socket])
        try await agent.awaitInstances(1)
        try await Self.expectPasses(check, agent.url)
        service.stop()
    }

    @Test func `says that it is stale where the agent answers and takes no samples`() async throws {
        let agent = try PagedAgent()
        let service = try RunningProgram(Executables.reportingService, [agent.socket])
        try await agent.awaitInstances(1)
        try await Self.expectPasses("frozen", agent.url)
        service.stop()
    }

    @Test func `says where services report while nobody does`() async throws {
        let agent = try PagedAgent()
        try await agent.awaitInstances(0)
        try await Self.expectPasses("empty", agent.url, agent.socket)
    }

    @Test func `lists the other pages for those who do not ask for HTML, and gives the page to those who do`() async throws {
        let agent = try PagedAgent()
        try await agent.awaitInstances(0)
        let plain = try await HTTP.get(agent.url)
        #expect(plain.headers.first(name: "Content-Type") == "text/plain; charset=utf-8")
        #expect(plain.text.contains("/metrics: the exposition for Prometheus"))
        let page = try await Command.runApart(
            "curl", ["-s", "-i", "-H", "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", agent.url])
        #expect(page.output.contains("Content-Type: text/html; charset=utf-8"))
        #expect(page.output.contains("Content-Security-Policy: default-src 'none'; script-src 'sha256-"))
        #expect(page.output.contains("frame-ancestors 'none'"))
        // One document: nothing in it is fetched from elsewhere.
        #expect(!page.output.contains("src=\"") && !page.output.contains("@import") && !page.output.contains("url("))
        #expect(page.output.hasSuffix("</html>\n"))
        #expect(page.output.utf8.count < 80 << 10)
    }
}

/// An agent that may be stopped and started anew at the same place.
private final class PagedAgent {
    let folder: TemporaryFolder
    private let port: Int
    private let reports: Int
    private let options: [String]
    private var program: RunningProgram?

    var url: String { "http://127.0.0.1:\(port)/" }
    var socket: String { folder.path("agent.sock") }

    /// - Parameter file: the text of the agent's file; `nil`: it has none.
    init(expecting expected: [String] = [], watching file: String? = nil) throws {
        folder = try TemporaryFolder()
        (port, reports) = (try LoopbackPort.free(), try LoopbackPort.free())
        if let file { try folder.write(file, to: "agent.yaml") }
        options = expected.flatMap { ["--expect", $0] } + (file == nil ? [] : ["--config", folder.path("agent.yaml")])
        try start()
    }

    func start() throws {
        program = try RunningProgram(
            Executables.agent,
            [
                "--listen", "127.0.0.1:\(port)", "--report-listen", "127.0.0.1:\(reports)", "--socket", socket, "--journal",
                "off",
                "--interval", "1s", "--log", "stderr",
            ] + options)
    }

    func stop() { program?.stop() }

    func awaitInstances(_ count: Int) async throws {
        try await eventually("\(count) instances: \(program?.errors ?? "")") {
            guard let answer = try? await HTTP.get("\(url)api/v1/instances"), answer.status == 200 else { return false }
            return (answer.object["instances"] as? [Any])?.count == count
        }
    }

    /// Reports for an instance over HTTP.
    func report(_ service: String, _ instance: String, _ text: String) async throws {
        let names = [service, instance].map {
            $0.utf8.map { byte in "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        }
        let place = "http://127.0.0.1:\(reports)/v1/report/\(names[0])/\(names[1])"
        try await eventually("a report is taken: \(program?.errors ?? "")") {
            guard let answer = try? await HTTP.send(.PUT, place, text, headers: ["Content-Type": "text/plain"]) else {
                return false
            }
            guard answer.status == 204 || answer.status == 200 else { throw Failure("\(answer.status): \(answer.text)") }
            return true
        }
    }
}
