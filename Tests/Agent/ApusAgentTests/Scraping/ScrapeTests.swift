import NIOHTTP1
import ApusText
import ApusLimits
import AgentMetrics
import ApusAgent
import AsyncHTTPClient
import Foundation
import Glibc
import HostTesting
import NIOCore
import Synchronization
import Testing

private let shop = ScrapingAgent.shop

/// Pages of metrics that the agent fetches, of servers that are well and of such that are not.
@Suite(.timeLimit(.minutes(2))) struct ScrapeTests {
    @Test func `a page is fetched at each scrape over one connection, and served as a report is`() async throws {
        let page = try ScriptedPage { connection in
            connection.page(
                """
                # TYPE orders_total counter
                orders_total{payment="card",service="other"} \(connection.request + 1)
                # TYPE process_open_fds gauge
                process_open_fds 5
                my_heap_bytes 77
                # TYPE wait_seconds histogram
                wait_seconds_bucket{le="1.0"} 1
                wait_seconds_bucket{le="+Inf"} 2
                wait_seconds_sum 3
                wait_seconds_count 2

                """)
        }
        try await ScrapingAgent.with(ScrapingAgent.file(page.url, more: ", names: {heap: my_heap_bytes}")) { agent, _ in
            for number in 1...3 {
                let samples = try await ScrapingAgent.scrape(agent)
                #expect(samples["orders_total{\(shop),exported_service=\"other\",payment=\"card\"}"] == "\(number)")
                #expect(samples["apus_service_up{\(shop)}"] == "1" && samples["service_scrape_up{\(shop)}"] == "1")
                #expect(samples["service_scrape_samples{\(shop)}"] == "7")
                #expect(samples["service_scrape_duration_seconds{\(shop)}"].flatMap(Double.init) ?? 9 < 0.5)
                #expect(
                    samples["service_process_heap_bytes{\(shop)}"] == "77"
                        && samples["worker_heap_usage_bytes{\(shop)}"] == "77")
                #expect(samples["wait_seconds_bucket{\(shop),le=\"1.0\"}"] == "1")
                #expect(samples["process_open_fds{\(shop)}"] == "5" && samples["process_open_fds"] != nil)
            }
            #expect(page.connections == 1 && page.requests == 3)
            let head = try #require(page.heads.first)
            #expect(head.hasPrefix("GET /metrics HTTP/1.1\r\n") && head.contains("Host: 127.0.0.1:\(page.port)\r\n"))
            #expect(head.contains("X-Prometheus-Scrape-Timeout-Seconds: 0.5\r\n"))
            let other = try await agent.report("/v1/report/shop/shop", "x 1\n")
            #expect(other.status == 403 && other.text.contains("scraped by the agent"))
            let end = try await agent.report("/v1/report/shop/shop", [], method: .DELETE, type: nil)
            #expect(end.status == 403)
        }
    }

    @Test func `OpenMetrics, gzip, chunks, a body to the end of the connection and HTTP 1.0 are read`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("jobs_total 4\n", to: "body")
        try Command.run("gzip", ["-9", folder.path("body")])
        let packed = Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("body.gz"))))
        let page = try ScriptedPage { connection in
            switch connection.request {
            case 0:
                connection.page(
                    "# TYPE jobs counter\njobs_total 0\n# EOF\n",
                    type: "application/openmetrics-text; version=1.0.0; charset=utf-8")
            case 1: connection.page(packed, headers: "Content-Encoding: gzip\r\n")
            case 2:
                connection.send(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\njobs_\r\n8\r\ntotal 8\n\r\n0\r\n\r\n")
            case 3:
                connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\njobs_total 12\n")
                connection.end()
            case 4:
                connection.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\njobs_total 16\n")
                // Half-closed: nothing more is sent, and more would be read.
                shutdown(connection.descriptor, Int32(SHUT_WR))
            default: connection.page("jobs_total 20\n")
            }
        }
        try await ScrapingAgent.with(ScrapingAgent.file(page.url)) { agent, _ in
            for value in [0, 4, 8, 12, 16, 20] {
                let samples = try await ScrapingAgent.scrape(agent)
                #expect(samples["jobs_total{\(shop)}"] == "\(value)" && samples["apus_service_up{\(shop)}"] == "1")
            }
            #expect(page.connections == 3)
        }
    }

    /// Answers that are no page, which failure each is, and what the log says of it.
    private static let bad: [(answer: String, failure: String, reason: String)] = [
        ("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "status", "it was answered with 500"),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n", "status",
            "to “http://127.0.0.1:1/x”, and redirects are not followed"
        ),
        ("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi", "content", "Content-Type “text/html”"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\na 1\nb{\n", "content", "line 2, column "),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nhi", "content", "Content-Encoding “br”"),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi", "content", "it is not gzip"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 4194305\r\n\r\n", "limit", "more than 4 MiB"),
        ("HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 17000))\r\n\r\n", "limit", "header fields"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "content", "no answer of HTTP"),
        ("HTTP/2 200\r\n\r\n", "content", "no answer of HTTP"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na 1", "content", "no answer of HTTP"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na 1\nEND", "connection", "ended before the page did"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na 1\nEND", "connection", "ended before the page did"),
        ("END", "connection", "ended before an answer"),
    ]

    @Test func `a page that is none has its instance served as down, with the reason`() async throws {
        let pages = try Self.bad.map { answer, _, _ in
            try ScriptedPage { connection in
                // What ends without an answer is asked for a second time, over a connection of its own.
                let isBad = connection.request == 1 || answer == "END" && connection.request == 2
                guard isBad else { return connection.page("# TYPE a_total counter\na_total 1\nb 2\n") }
                connection.send(answer.replacing("END", with: ""))
                if answer.hasSuffix("END") { connection.end() }
            }
        }
        let file = "scrape:\n" + pages.enumerated().map { "- {service: s\($0), url: '\($1.url)', timeout: 5s}\n" }.joined()
        let log = RecordedLog()
        try await ScrapingAgent.with(file, log: log) { agent, _ in
            let good = try await ScrapingAgent.scrape(agent)
            let none = try await ScrapingAgent.scrape(agent)
            let lines = log.lines("a page of metrics cannot be scraped; its instance is served as down")
            #expect(lines.count == Self.bad.count)
            let again = try await ScrapingAgent.scrape(agent)
            for (number, (_, failure, reason)) in Self.bad.enumerated() {
                let own = "service=\"s\(number)\",instance=\"s\(number)\""
                #expect(good["b{\(own)}"] == "2" && good["apus_service_up{\(own)}"] == "1")
                #expect(none["apus_service_up{\(own)}"] == "0" && none["service_scrape_up{\(own)}"] == "0")
                #expect(none["a_total{\(own)}"] == "1")
                #expect(none["b{\(own)}"] == nil && none["service_scrape_samples{\(own)}"] == nil)
                #expect(none["service_scrape_failures_total{\(own),reason=\"\(failure)\"}"] == "1")
                let line = lines.first { $0["instance"] == "s\(number)/s\(number)" }
                #expect(line?["failure"] == failure && line?["reason"]?.contains(reason) == true, "\(line ?? [:])")
                #expect(again["apus_service_up{\(own)}"] == "1" && again["b{\(own)}"] == "2")
            }
            #expect(log.lines("a page of metrics is scraped again").count == Self.bad.count)
        }
    }

    @Test func `nothing that listens is a failure, and so is a bomb`() async throws {
        let folder = try TemporaryFolder()
        try Data(repeating: UInt8(ascii: "\n"), count: ScrapeLimits.body.value.bytes + 1).write(
            to: URL(fileURLWithPath: folder.path("bomb")))
        try Command.run("gzip", [folder.path("bomb")])
        let bomb = Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("bomb.gz"))))
        let page = try ScriptedPage { $0.page(bomb, headers: "Content-Encoding: gzip\r\n") }
        let free = try LoopbackPort.free()
        let log = RecordedLog()
        try await ScrapingAgent.with(
            ScrapingAgent.file(page.url, timeout: "5s") + "- {service: gone, url: 'http://localhost:\(free)/'}\n", log: log
        ) { agent, _ in
            let samples = try await ScrapingAgent.scrape(agent)
            #expect(samples["service_scrape_failures_total{\(shop),reason=\"limit\"}"] == "1")
            #expect(samples[#"service_scrape_failures_total{service="gone",instance="gone",reason="connection"}"#] == "1")
            #expect(samples[#"apus_service_up{service="gone",instance="gone"}"#] == "0")
            let lines = log.lines("a page of metrics cannot be scraped; its instance is served as down")
            #expect(
                lines.contains { $0["reason"]?.hasPrefix("nothing listens on http://localhost:\(free)/") == true }, "\(lines)")
        }
    }

    @Test func `a body without end is cut at its limit, and a slow one at its time`() async throws {
        let endless = try ScriptedPage { connection in
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("10000\r\n\(String(repeating: "#", count: 65_535))\n\r\n".utf8)
            for _ in 0..<100 { connection.send(chunk) }
        }
        let informing = try ScriptedPage { connection in
            let some = Array(String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 4000).utf8)
            for _ in 0..<200 { connection.send(some) }
        }
        let slow = try ScriptedPage { connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in 0..<20 {
                connection.send("#")
                usleep(50_000)
            }
        }
        try await ScrapingAgent.with(
            ScrapingAgent.file(endless.url, timeout: "5s") + "- {service: slow, url: '\(slow.url)', timeout: 200ms}\n"
                + "- {service: informing, url: '\(informing.url)', timeout: 5s}\n"
        ) { agent, _ in
            let samples = try await ScrapingAgent.scrape(agent)
            #expect(samples["service_scrape_failures_total{\(shop),reason=\"limit\"}"] == "1")
            #expect(samples[#"service_scrape_failures_total{service="informing",instance="informing",reason="limit"}"#] == "1")
            #expect(samples[#"service_scrape_failures_total{service="slow",instance="slow",reason="timeout"}"#] == "1")
        }
    }

    @Test func `one that hangs holds up one scrape, is not served late, and is back when it is quick`() async throws {
        let hangs = Mutex(true)
        let page = try ScriptedPage { connection in
            if hangs.withLock({ $0 }) {
                usleep(400_000)
                connection.page("a{is=\"late\"} 1\n")
            } else {
                connection.page("a{is=\"quick\"} 1\n")
            }
        }
        let well = try ScriptedPage { $0.page("b \($0.request)\n") }
        let log = RecordedLog()
        let file = ScrapingAgent.file(page.url, timeout: "200ms") + "- {service: well, url: '\(well.url)', timeout: 5s}\n"
        try await ScrapingAgent.with(file, log: log) { agent, _ in
            var took: [Duration] = []
            let clock = ContinuousClock()
            for number in 0..<12 {
                var samples: [String: String] = [:]
                took.append(try await clock.measure { samples = try await ScrapingAgent.scrape(agent) })
                #expect(samples["a{\(shop),is=\"late\"}"] == nil && samples["apus_service_up{\(shop)}"] == "0")
                // Fresh each time, whatever the other does.
                #expect(samples[#"b{service="well",instance="well"}"#] == "\(number)")
            }
            #expect(took[0] > .milliseconds(200))
            // Asked again after a second, in the background.
            #expect(took.dropFirst().count { $0 >= .milliseconds(200) } <= 3, "\(took)")
            #expect(log.lines("a page of metrics cannot be scraped; its instance is served as down").count == 1)
            hangs.withLock { $0 = false }
            try await agent.until { try await ScrapingAgent.scrape(agent)["a{\(shop),is=\"quick\"}"] == "1" }
            #expect(try await ScrapingAgent.scrape(agent)["apus_service_up{\(shop)}"] == "1")
            #expect(log.lines("a page of metrics is scraped again").count == 1)
        }
    }

    @Test func `an answer that comes twice, or unasked, is taken for no request`() async throws {
        let page = try ScriptedPage { connection in
            connection.page("a \(connection.request)\n")
            connection.page("a 1000\n")
        }
        try await ScrapingAgent.with(ScrapingAgent.file(page.url)) { agent, _ in
            for number in 0..<4 {
                let samples = try await ScrapingAgent.scrape(agent)
                #expect(samples["a{\(shop)}"] == "\(number)")
            }
        }
    }

    @Test func `a connection that the server has closed meanwhile is made anew without a failure`() async throws {
        let page = try ScriptedPage { connection in
            connection.page("a \(connection.request)\n")
            connection.end()
        }
        try await ScrapingAgent.with(ScrapingAgent.file(page.url)) { agent, _ in
            for number in 0..<3 {
                let samples = try await ScrapingAgent.scrape(agent)
                #expect(samples["a{\(shop)}"] == "\(number)")
                #expect(samples["service_scrape_failures_total{\(shop),reason=\"connection\"}"] == "0")
            }
        }
    }

    @Test func `scrapes at one time share one fetch`() async throws {
        let page = try ScriptedPage { connection in
            usleep(200_000)
            connection.page("a \(connection.request)\n")
        }
        try await ScrapingAgent.with(ScrapingAgent.file(page.url, timeout: "2s")) { agent, _ in
            try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<8 { group.addTask { try await agent.get("/metrics").samples["a{\(shop)}"] } }
                for try await value in group { #expect(value == "0") }
            }
            #expect(page.requests == 1)
        }
    }

    @Test func `who waits for less than a page takes gets nothing of it, and others do`() async throws {
        let page = try ScriptedPage { connection in
            if connection.request > 0 { usleep(300_000) }
            connection.page("a_total \(connection.request)\n")
        }
        try await ScrapingAgent.with(ScrapingAgent.file(page.url, timeout: "2s")) { agent, _ in
            #expect(try await ScrapingAgent.scrape(agent)["a_total{\(shop)}"] == "0")
            async let patient = ScrapingAgent.scrape(agent)
            async let hasty = ScrapingAgent.scrape(agent, within: 0.2)
            let (one, other) = (try await patient, try await hasty)
            #expect(one["a_total{\(shop)}"] == "1" && one["apus_service_up{\(shop)}"] == "1")
            // Not what it had before, either.
            #expect(other["a_total{\(shop)}"] == nil && other["apus_service_up{\(shop)}"] == "0")
            #expect(other["service_scrape_up{\(shop)}"] == "0")
        }
    }

    @Test func `a reload adds pages and takes them away, and a page of what reports by itself is refused`() async throws {
        let (one, two) = (try ScriptedPage { $0.page("a 1\n") }, try ScriptedPage { $0.page("a 2\n") })
        let log = RecordedLog()
        try await ScrapingAgent.with("groups: []\n", log: log) { agent, folder in
            try await agent.reporting("self", "self") { _ in
                #expect(try await ScrapingAgent.scrape(agent)["a{\(shop)}"] == nil)
                try folder.write(ScrapingAgent.file(one.url), to: "watch.yaml")
                agent.reload()
                #expect(try await ScrapingAgent.scrape(agent)["a{\(shop)}"] == "1")
                try folder.write(
                    ScrapingAgent.file(two.url)
                        + "- {service: more, url: '\(one.url)'}\n- {service: self, url: '\(one.url)'}\n",
                    to: "watch.yaml")
                agent.reload()
                var samples = try await ScrapingAgent.scrape(agent)
                #expect(samples["a{\(shop)}"] == "2" && samples[#"a{service="more",instance="more"}"#] == "1")
                #expect(samples[#"apus_service_up{service="self",instance="self"}"#] == "1")
                #expect(samples[#"a{service="self",instance="self"}"#] == nil)
                let lines = log.lines("a page of metrics cannot be scraped; its instance is served as down")
                #expect(lines.map { $0["failure"] } == ["name"])
                try folder.write("groups: []\n", to: "watch.yaml")
                agent.reload()
                samples = try await ScrapingAgent.scrape(agent)
                #expect(!samples.keys.contains { $0.contains("service=\"shop\"") || $0.contains("service=\"more\"") })
                #expect(log.lines("the file names nothing to watch any more: what it named before is let go").count == 1)
                try folder.write("", to: "watch.yaml")
                agent.reload()
                #expect(
                    log.lines("not reloaded: the former values hold").first?["reason"]?.contains("nothing is named") == true)
                // The name is anybody's again.
                #expect(try await agent.report("/v1/report/shop/shop", "x 1\n").status == 204)
            }
        }
    }

    @Test func `a page over a Unix socket is read, and without scrapes once an interval`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("page.sock")
        let server = try RunningProgram(
            "/usr/bin/python3",
            [
                "-c",
                """
                from sys import argv
                from socketserver import UnixStreamServer
                from http.server import BaseHTTPRequestHandler
                class H(BaseHTTPRequestHandler):
                    def do_GET(self):
                        body = b'path{at="%s"} 1\\n' % self.path.encode()
                        self.send_response(200); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
                    def address_string(self): return 'unix'
                UnixStreamServer(argv[1], H).serve_forever()
                """, path,
            ])
        defer { server.stop() }
        try await eventually("the socket is there") { access(path, F_OK) == 0 }
        try await ScrapingAgent.with(ScrapingAgent.file("unix:\(path):/stats?x=1", timeout: "5s"), interval: .milliseconds(200))
        { agent, _ in
            try await agent.until { try await agent.get("/health").text.contains("shop") }
            try await agent.until { try await ScrapingAgent.scrape(agent)["path{\(shop),at=\"/stats?x=1\"}"] == "1" }
        }
    }

    @Test func `no descriptor is left behind by pages that fail in any way`() async throws {
        let ways = [
            "", "HTTP/1.1 500 x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na", "x", "HTTP/1.1 200 OK\r\n\r\na{",
        ]
        let pages = try ways.map { way in
            try ScriptedPage { connection in
                connection.send(way)
                if connection.request % 2 == 0 { connection.end() }
            }
        }
        let file = "scrape:\n" + pages.enumerated().map { "- {service: s\($0), url: '\($1.url)', timeout: 20ms}\n" }.joined()
        try await ScrapingAgent.with(file) { agent, folder in
            _ = try await ScrapingAgent.scrape(agent)
            for _ in 0..<10 { _ = try await ScrapingAgent.scrape(agent) }
            try folder.write("groups: []\n", to: "watch.yaml")
            agent.reload()
            _ = try await ScrapingAgent.scrape(agent)
            let ports = pages.map { $0.port }
            try await eventually("no connection to a page is left") {
                let sockets = try String(contentsOfFile: "/proc/self/net/tcp", encoding: .utf8).split(separator: "\n")
                    .dropFirst()
                return !sockets.contains { line in
                    let fields = line.split(separator: " ", omittingEmptySubsequences: true)
                    guard fields.count > 3, fields[3] == "01" || fields[3] == "08" else { return false }
                    return ports.contains { fields[2].hasSuffix(":" + String(format: "%04X", $0)) }
                }
            }
        }
    }

    @Test func `no change of an answer's bytes harms the pages of others, or is taken for another number`() async throws {
        let good = Array(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na_tot\r\n6\r\nal 71\n\r\n0\r\n\r\n"
                .utf8)
        let head = good.count - "5\r\na_tot\r\n6\r\nal 71\n\r\n0\r\n\r\n".utf8.count
        let mutants = try (0..<40 as Range<UInt64>).map { number in
            let generator = Mutex(SeededGenerator(seed: 1129 + number))
            return try ScriptedPage { connection in
                connection.send(
                    generator.withLock { generator in
                        var bytes = good
                        // What frames the page, and not the number on it.
                        for _ in 0..<Int.random(in: 1...3, using: &generator) {
                            let place = Int.random(in: 0..<head, using: &generator)
                            switch Int.random(in: 0..<3, using: &generator) {
                            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                            case 1: bytes.remove(at: place)
                            default: bytes.insert(contentsOf: Array("\r\n: 0".utf8), at: place)
                            }
                        }
                        return bytes
                    })
                connection.end()
            }
        }
        let well = try ScriptedPage { $0.page("b \($0.request)\n") }
        let file =
            "scrape:\n- {service: well, url: '\(well.url)', timeout: 5s}\n"
            + mutants.enumerated().map { "- {service: s\($0), url: '\($1.url)', timeout: 500ms}\n" }.joined()
        try await ScrapingAgent.with(file) { agent, _ in
            for number in 0..<10 {
                let samples = try await ScrapingAgent.scrape(agent)
                #expect(samples[#"b{service="well",instance="well"}"#] == "\(number)")
                #expect(samples.filter { $0.key.hasPrefix("a_total{") }.values.allSatisfy { $0 == "71" })
            }
            #expect(mutants.reduce(0) { $0 + $1.requests } > 300)
        }
    }

    @Test func `a reporter is told which of its families are not served`() async throws {
        try await ScrapingAgent.with("groups: []\n") { agent, _ in
            let own = try await agent.report(
                "/v1/report/shop/a", "up 1\ngood 1\n# TYPE process_open_fds gauge\nprocess_open_fds 3\n")
            #expect(own.status == 200 && own.text.hasPrefix("up is not served: the agent serves or declares the name itself"))
            #expect(!own.text.contains("process_open_fds") && !own.text.contains("good"))
            // Not known before both were served once.
            #expect(try await agent.report("/v1/report/shop/b", "# TYPE good counter\ngood 1\n").status == 204)
            _ = try await agent.get("/metrics")
            let other = try await agent.report("/v1/report/shop/b", "# TYPE good counter\ngood 2\n")
            #expect(other.status == 200 && other.text.hasPrefix("good is not served: shop/a has the name with another type"))
        }
    }
}
