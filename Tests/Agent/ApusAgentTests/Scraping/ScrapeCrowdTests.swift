import AgentMetrics
import ApusAgent
import ApusLimits
import ApusMetrics
import Foundation
import Glibc
import HostTesting
import Synchronization
import Testing

private let shop = ScrapingAgent.shop

/// Many pages at one time, and pages at the edges of the agent's own turns.
@Suite(.timeLimit(.minutes(2))) struct ScrapeCrowdTests {
    @Test func `pages that hang keep no connection from those that answer`() async throws {
        let hanging = Mutex((now: 0, most: 0))
        let isOver = Mutex(false)
        defer { isOver.withLock { $0 = true } }
        let hangs = try ScriptedPage { connection in
            hanging.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            // Until the agent gives it up, or the test ends.
            while !isOver.withLock({ $0 }), !connection.isClosed { usleep(5000) }
            hanging.withLock { $0.now -= 1 }
        }
        let honest = try ScriptedPage { connection in
            connection.page("a 1\n")
            // Each fetch needs a connection anew.
            connection.end()
        }
        let text =
            "scrape:\n" + (0..<20).map { "- {service: h\($0), url: '\(hangs.url)', timeout: 3s}\n" }.joined()
            + (0..<12).map { "- {service: w\($0), url: '\(honest.url)', timeout: 10s}\n" }.joined()
        let targets = try WatchFile.parse(Array(text.utf8), path: "w.yaml").scrapes
        let host = try FixtureHost()
        host.table.scrape(Set(targets.map(\.identity)))
        // 64 descriptors: eight connections to pages, of which those that were late last have two.
        let scraper = PageScraper(
            ledger: ScrapeLedger(table: host.table, names: NameBook(), seriesLimit: 1000, logger: host.log.logger),
            interval: .seconds(600), clock: .system, descriptors: 64)
        scraper.watch(targets)
        let outcomes = { (prefix: String) in
            targets.filter { $0.identity.service.hasPrefix(prefix) }.compactMap { host.table.scrapes.outcome(of: $0.identity) }
        }
        _ = await scraper.refresh()
        #expect(outcomes("w").count == 12 && outcomes("w").allSatisfy { $0.failures[.connection] == nil })
        #expect(outcomes("h").count == 20 && outcomes("h").allSatisfy { $0.isUp == false })
        // Eight, beside eight that the server has not seen closed yet.
        #expect(hanging.withLock { $0.most } <= 16)
        try await eventually("no page hangs any more") { hanging.withLock { $0.now } == 0 }
        hanging.withLock { $0.most = 0 }
        // Late ones are asked again after a second at most, and hold up nobody.
        try await Task.sleep(for: .milliseconds(1100))
        for _ in 0..<5 {
            let took = await ContinuousClock().measure { _ = await scraper.refresh() }
            #expect(took < .seconds(2))
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(outcomes("w").allSatisfy { $0.isUp == true && $0.failures[.connection] == nil })
        #expect((1...2).contains(hanging.withLock { $0.most }), "\(hanging.withLock { $0.most })")
        isOver.withLock { $0 = true }
        await scraper.stop()
    }

    @Test func `what a reload has taken out of the file meanwhile has not failed`() throws {
        let host = try FixtureHost()
        let identity = InstanceIdentity(service: "shop", instance: "shop")
        let ledger = ScrapeLedger(table: host.table, names: NameBook(), seriesLimit: 1000, logger: host.log.logger)
        let page = ledger.report(PageAnswer(contentType: nil, contentEncoding: nil, body: Array("a 1\n".utf8)), of: identity)
        host.table.scrape([identity])
        guard case .served = ledger.take(page, of: identity, seconds: 0.1, at: host.time.now) else {
            Issue.record("not served")
            return
        }
        host.table.scrape([])
        guard case .unwatched = ledger.take(page, of: identity, seconds: 0.1, at: host.time.now) else {
            Issue.record("a page that answered well is said to have failed")
            return
        }
    }

    @Test func `the time that a scrape waits for pages is part of its own`() async throws {
        let isOver = Mutex(false)
        defer { isOver.withLock { $0 = true } }
        let hangs = try ScriptedPage { _ in while !isOver.withLock({ $0 }) { usleep(5000) } }
        // More than the buffers of the connection hold.
        let long = String(repeating: "x", count: 60)
        let large = try ScriptedPage { connection in
            connection.page((0..<40_000).map { "large{a=\"\(long)\",b=\"\($0)\"} 1\n" }.joined())
        }
        let file =
            "scrape:\n- {service: hangs, url: '\(hangs.url)', timeout: 5s}\n"
            + "- {service: large, url: '\(large.url)', timeout: 10s}\n"
        try await ScrapingAgent.with(file) { agent, _ in
            let clock = ContinuousClock()
            let start = clock.now
            let idle = try RawClient(port: agent.port)
            idle.send("GET /metrics HTTP/1.1\r\nHost: a\r\nX-Prometheus-Scrape-Timeout-Seconds: 6\r\n\r\n")
            // Then the page is late, and holds up no scrape any more.
            try await clock.sleep(until: start + .milliseconds(5700))
            try await agent.until { try await agent.get("/metrics").samples["apus_agent_scrapes_aborted_total"] == "1" }
            #expect(start.duration(to: clock.now) < .seconds(10))
            withExtendedLifetime(idle) {}
        }
    }

    @Test func `pages that are fetched at scrapes are not fetched once more in an interval`() async throws {
        let page = try ScriptedPage { $0.page("a \($0.request)\n") }
        try await ScrapingAgent.with(ScrapingAgent.file(page.url, timeout: "5s"), interval: .milliseconds(700)) { agent, _ in
            let clock = ContinuousClock()
            let start = clock.now
            var (scrapes, last, longest) = (0, start, Duration.zero)
            while start.duration(to: clock.now) < .milliseconds(3500) {
                _ = try await ScrapingAgent.scrape(agent)
                scrapes += 1
                longest = max(longest, last.duration(to: clock.now))
                last = clock.now
                try await Task.sleep(for: .milliseconds(120))
            }
            // Where the machine was so slow that nobody scraped in an interval, it is right to fetch.
            #expect(page.requests == scrapes || longest > .milliseconds(600), "\(page.requests) of \(scrapes)")
            // Without scrapes, they are.
            try await agent.until { page.requests > scrapes + 1 }
        }
    }

    /// A page of 100 KB is none of the smallest, and takes a few hundredths of what the large ones do.
    @Test(arguments: [1, 1400]) func `a page is not read behind those that take longer`(lines: Int) async throws {
        let folder = try TemporaryFolder()
        let line = String(repeating: "x", count: 40)
        try folder.write((0..<60_000).map { "large{a=\"\(line)\",b=\"\($0)\"} 1\n" }.joined(), to: "body")
        try Command.run("gzip", [folder.path("body")])
        let packed = Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("body.gz"))))
        let large = try ScriptedPage { $0.page(packed, headers: "Content-Encoding: gzip\r\n") }
        let small = try ScriptedPage { connection in
            // By then all large ones wait to be read.
            usleep(60_000)
            connection.page("a 1\n" + (1..<lines).map { "b{a=\"\(line)\",b=\"\($0)\"} 1\n" }.joined())
        }
        let file =
            "scrape:\n- {service: small, url: '\(small.url)', timeout: 10s}\n"
            + (0..<4).map { "- {service: l\($0), url: '\(large.url)', timeout: 10s}\n" }.joined()
        try await ScrapingAgent.with(file) { agent, _ in
            let samples = try await ScrapingAgent.scrape(agent, within: 30)
            func seconds(_ name: String) -> Double? {
                samples["service_scrape_duration_seconds{service=\"\(name)\",instance=\"\(name)\"}"].flatMap(Double.init)
            }
            let slowest = try #require((0..<4).compactMap { seconds("l\($0)") }.max())
            let own = try #require(seconds("small"))
            #expect(samples[#"a{service="small",instance="small"}"#] == "1")
            // The large ones are read one after the other.
            #expect(own < slowest / 2, "\(own) s beside \(slowest) s")
        }
    }
}
