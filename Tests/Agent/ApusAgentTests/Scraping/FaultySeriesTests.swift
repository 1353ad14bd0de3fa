import AgentMetrics
import ApusAgent
import ApusMetrics
import Foundation
import HostTesting
import Synchronization
import Testing

private let shop = ScrapingAgent.shop

/// Pages of which a part is at fault: the rest of them is served.
@Suite(.timeLimit(.minutes(2))) struct FaultySeriesTests {
    private static let page = """
        # TYPE orders_total counter
        orders_total{payment="card"} 3
        orders_total{payment="cash"} -1
        orders_total{payment="none"} NaN
        # TYPE wait_seconds histogram
        wait_seconds_bucket{path="/a",le="1"} 1
        wait_seconds_bucket{path="/a",le="+Inf"} 2
        wait_seconds_sum{path="/a"} 3
        wait_seconds_count{path="/a"} 3
        wait_seconds_bucket{path="/b",le="1"} 1
        wait_seconds_bucket{path="/b",le="+Inf"} 2
        wait_seconds_sum{path="/b"} 3
        wait_seconds_count{path="/b"} 2
        jobs 1
        jobs 2

        """

    @Test func `faulty series of a page are left out, counted and told once, and all others are served`() async throws {
        let page = try ScriptedPage { $0.page(Self.page) }
        let log = RecordedLog()
        try await ScrapingAgent.with(ScrapingAgent.file(page.url, timeout: "5s"), log: log) { agent, _ in
            for round in 1...3 {
                let samples = try await ScrapingAgent.scrape(agent)
                #expect(samples["apus_service_up{\(shop)}"] == "1" && samples["service_scrape_up{\(shop)}"] == "1")
                #expect(samples["orders_total{\(shop),payment=\"card\"}"] == "3" && samples["jobs{\(shop)}"] == "1")
                #expect(samples["wait_seconds_count{\(shop),path=\"/b\"}"] == "2")
                #expect(!samples.keys.contains { $0.contains("\"/a\"") || $0.contains("\"cash\"") || $0.contains("\"none\"") })
                #expect(samples["service_scrape_samples{\(shop)}"] == "6")
                for (reason, count) in [("value", 2), ("histogram", 1), ("duplicate", 1), ("limit", 0)] {
                    #expect(
                        samples["service_scrape_left_out_total{\(shop),reason=\"\(reason)\"}"] == "\(count * round)",
                        "\(reason)")
                }
            }
            let lines = log.lines("series of a page of metrics are left out; the others are served")
            #expect(lines.count == 1)
            #expect(lines.first?["series"] == #"orders_total{payment="cash"}"# && lines.first?["line"] == "3")
            #expect(lines.first?["count"] == "4" && lines.first?["instance"] == "shop/shop")
        }
    }

    @Test
    func `what Prometheus takes of a page is taken: bare line feeds in the head, escapes that are none, names of its own`()
        async throws
    {
        let text = #"""
            # HELP
            # TYPE
            # HELP old.name Of another time.
            files{path="C:\Data\q",quote="a\"b\\c"} 1
            inner{__foo="1",a="2"} 2
            # TYPE wait_seconds histogram
            wait_seconds_bucket{le="+Inf"} 3 1000
            wait_seconds_sum 1 1000
            wait_seconds_count 3 1000
            wait_seconds_bucket{le="+Inf"} 5 2000
            wait_seconds_sum 2 2000
            wait_seconds_count 5 2000
            wait_seconds_sum 9 500

            """#
        let page = try ScriptedPage { connection in
            // What is only under way has a head of its own.
            connection.send("HTTP/1.1 102 Processing\n\nHTTP/1.1 200 OK\nContent-Type: text/plain\r\nContent-Le")
            connection.send("ngth: \(text.utf8.count)\n\n" + text)
        }
        let log = RecordedLog()
        try await ScrapingAgent.with(ScrapingAgent.file(page.url, timeout: "5s"), log: log) { agent, _ in
            for _ in 1...2 {
                let samples = try await ScrapingAgent.scrape(agent)
                #expect(
                    samples["service_scrape_up{\(shop)}"] == "1",
                    "\(log.lines("a page of metrics cannot be scraped; its instance is served as down"))")
                #expect(samples[#"files{\#(shop),path="C:\\Data\\q",quote="a\"b\\c"}"#] == "1")
                #expect(samples["inner{\(shop),a=\"2\",foo=\"1\"}"] == "2")
                #expect(samples["wait_seconds_count{\(shop)}"] == "5" && samples["wait_seconds_sum{\(shop)}"] == "2")
                #expect(samples["service_scrape_left_out_total{\(shop),reason=\"duplicate\"}"] == "0")
            }
            #expect(page.connections == 1)
        }
    }

    @Test func `a report with a faulty series is taken without it, and its sender is told`() async throws {
        let log = RecordedLog()
        try await ScrapingAgent.with("groups: []\n", log: log) { agent, _ in
            let answer = try await agent.report("/v1/report/shop/shop", Self.page)
            #expect(answer.status == 200)
            let lines = answer.text.split(separator: "\n")
            #expect(lines.count == 4 && lines.first?.hasPrefix(#"line 3: orders_total{payment="cash"} is left out: "#) == true)
            let samples = try await agent.get("/metrics").samples
            #expect(samples["orders_total{\(shop),payment=\"card\"}"] == "3" && samples["apus_service_up{\(shop)}"] == "1")
            #expect(samples["wait_seconds_count{\(shop),path=\"/b\"}"] == "2" && samples["jobs{\(shop)}"] == "1")
            // It is taken: what is refused raises an alert that the figures are missing.
            #expect(samples["apus_agent_reports_refused_total{reason=\"content\"}"] == "0")
            #expect(samples["apus_agent_series_left_out_total"] == "4")
            let told = log.lines("series of a report over HTTP are left out; the others are served")
            #expect(told.first?["message"]?.hasPrefix("4 series of shop/shop are left out; the first, in line 3: ") == true)
            #expect(try await agent.report("/v1/report/shop/shop", "jobs 1\n").status == 204)
        }
    }

    @Test func `a series that becomes faulty while another one stays so is told too`() async throws {
        let later = Mutex("")
        let page = try ScriptedPage { connection in
            // Each time in another line.
            let before = String(repeating: "# a comment\n", count: connection.request)
            connection.page(before + Self.page + later.withLock { $0 })
        }
        let log = RecordedLog()
        try await ScrapingAgent.with(ScrapingAgent.file(page.url, timeout: "5s"), log: log) { agent, _ in
            let told = { log.lines("series of a page of metrics are left out; the others are served").map { $0["series"] } }
            for _ in 1...2 { _ = try await ScrapingAgent.scrape(agent) }
            #expect(told() == [#"orders_total{payment="cash"}"#])
            later.withLock { $0 = "mails 1\nmails 2\n" }
            for _ in 1...2 { _ = try await ScrapingAgent.scrape(agent) }
            #expect(told() == [#"orders_total{payment="cash"}"#, "mails"])
            let line = log.lines("series of a page of metrics are left out; the others are served").last
            #expect(line?["count"] == "5" && line?["counts"] == "duplicate 2, histogram 1, value 2", "\(line ?? [:])")
            // Past those that are told one by one, a reason that is new is.
            later.withLock { $0 = "mails 1\nmails 2\nx 1\nx 2\n# TYPE c counter\n# TYPE c gauge\nc 1\n" }
            for _ in 1...2 { _ = try await ScrapingAgent.scrape(agent) }
            #expect(told().count == 3)
            #expect(
                log.lines("series of a page of metrics are left out; the others are served").last?["counts"]
                    == "duplicate 3, histogram 1, type 1, value 2")
        }
    }

    @Test(arguments: [
        ("jobs 1\r\nmails 2\r\n", "line 1, column 7: the line ends in \\r\\n"), ("\u{FEFF}jobs 1\n", "byte order mark"),
    ])
    func `what no eye sees on a page is named in the log`(text: String, reason: String) async throws {
        let page = try ScriptedPage { $0.page(text) }
        let log = RecordedLog()
        try await ScrapingAgent.with(ScrapingAgent.file(page.url, timeout: "5s"), log: log) { agent, _ in
            #expect(try await ScrapingAgent.scrape(agent)["apus_service_up{\(shop)}"] == "0")
            let line = log.lines("a page of metrics cannot be scraped; its instance is served as down").first
            #expect(line?["failure"] == "content" && line?["reason"]?.contains(reason) == true, "\(line ?? [:])")
            let answer = try await agent.report("/v1/report/shop/a", text)
            #expect(answer.status == 400 && answer.text.contains(reason))
        }
    }

    @Test func `a page of the agent's own is said, and holds up no scrape`() async throws {
        let log = RecordedLog()
        try await ScrapingAgent.with("groups: []\n", log: log) { agent, folder in
            try folder.write(
                ScrapingAgent.file("http://127.0.0.1:\(agent.port)/metrics", timeout: "10s")
                    + "- {service: other, url: 'http://localhost:\(agent.port)/resources', timeout: 10s}\n", to: "watch.yaml")
            agent.reload()
            var samples: [String: String] = [:]
            let took = try await ContinuousClock().measure { samples = try await ScrapingAgent.scrape(agent) }
            // Until its own answer had come, each would wait for half of the ten seconds of a client.
            #expect(took < .seconds(4))
            #expect(samples["apus_service_up{\(shop)}"] == "0")
            #expect(samples["service_scrape_failures_total{\(shop),reason=\"status\"}"] == "1")
            let lines = log.lines("a page of metrics cannot be scraped; its instance is served as down")
            #expect(lines.count == 2 && lines.allSatisfy { $0["reason"]?.contains("leads back to the agent") == true })
        }
    }

    @Test(arguments: [false, true])
    func `untyped lines under names that are known have the types of these`(isOpenMetrics: Bool) async throws {
        let text =
            "queue_depth 3\nqueue_oldest_age_seconds 9\nservice_process_heap_bytes 7\n"
            + "service_scheduling_lag_seconds{executor=\"event-loop\"} 0.5\n"
            + "db_client_connections{pool=\"main\",state=\"used\"} 4\nprocess_open_fds 5\nprocess_cpu_seconds_total 6\n"
            + "mine 8\n"
            + (isOpenMetrics ? "# EOF\n" : "")
        let type = isOpenMetrics ? "application/openmetrics-text; version=1.0.0" : "text/plain; version=0.0.4"
        let page = try ScriptedPage { $0.page(text, type: type) }
        try await ScrapingAgent.with(ScrapingAgent.file(page.url, timeout: "5s")) { agent, _ in
            #expect(try await agent.report("/v1/report/pushed/pushed", text, type: type).status == 204)
            _ = try await ScrapingAgent.scrape(agent)
            let text = try await agent.get("/metrics").text
            for name in ["queue_depth", "service_process_heap_bytes", "service_scheduling_lag_seconds", "process_open_fds"] {
                #expect(text.contains("# TYPE \(name) gauge\n"), "\(name)")
            }
            #expect(text.contains("# TYPE mine untyped\n") && text.contains("# TYPE process_cpu_seconds_total counter\n"))
            #expect(!text.contains("apus_service_family_refused{"))
            for own in [shop, #"service="pushed",instance="pushed""#] {
                for line in [
                    "queue_depth{\(own)} 3", "queue_oldest_age_seconds{\(own)} 9", "service_process_heap_bytes{\(own)} 7",
                    "service_scheduling_lag_seconds{\(own),executor=\"event-loop\"} 0.5",
                    "db_client_connections{\(own),pool=\"main\",state=\"used\"} 4", "process_open_fds{\(own)} 5",
                    "process_cpu_seconds_total{\(own)} 6",
                ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
            }
            let resources = try await agent.get("/resources").text.filter { !$0.isWhitespace }
            #expect(resources.components(separatedBy: #""heapBytes":7,"#).count == 3)
            #expect(resources.components(separatedBy: #""queue":[{"labels":{},"value":3}]"#).count == 3)
        }
    }
}
