import AgentMetrics
import ApusAgent
import ApusLimits
import ApusMetrics
import Foundation
import Glibc
import HostTesting
import Synchronization
import Testing

/// The bound on connections to pages, and who waits for one.
@Suite(.timeLimit(.minutes(2))) struct ScrapeConnectionTests {
    /// A scraper of pages, which may have eight connections to them.
    private struct Scraping {
        let host: FixtureHost
        let scraper: PageScraper

        init() throws {
            host = try FixtureHost()
            scraper = PageScraper(
                ledger: ScrapeLedger(table: host.table, names: NameBook(), seriesLimit: 1000, logger: host.log.logger),
                interval: .seconds(600), clock: .system, descriptors: 64)
        }

        /// Fetches the pages of these services from now on and no others.
        func watch(_ pages: [(service: String, url: String, timeout: String)]) throws {
            let lines = pages.map { "- {service: \($0.service), url: '\($0.url)', timeout: \($0.timeout)}\n" }
            let file = pages.isEmpty ? "groups: []\n" : "scrape:\n" + lines.joined()
            let targets = try WatchFile.parse(Array(file.utf8), path: "w.yaml").scrapes
            host.table.scrape(Set(targets.map(\.identity)))
            scraper.watch(targets)
        }

        func outcome(_ service: String) -> ScrapeOutcome? {
            host.table.scrapes.outcome(of: InstanceIdentity(service: service, instance: service))
        }
    }

    @Test func `pages that nobody accepts have no more connections under way than there may be`() async throws {
        let (listener, fillers) = try LoopbackSocket.full()
        defer { for descriptor in fillers + [listener] { close(descriptor) } }
        let port = try #require(LoopbackSocket.port(of: listener))
        let connecting = { try LoopbackSocket.clients(of: port, besides: fillers) }
        let scraping = try Scraping()
        let services = (0..<20).map { "h\($0)" }
        try scraping.watch(services.map { ($0, "http://127.0.0.1:\(port)/metrics", "2s") })
        let isOver = Mutex(false)
        let scraper = scraping.scraper
        let round = Task {
            _ = await scraper.refresh()
            isOver.withLock { $0 = true }
        }
        var most = 0
        while !isOver.withLock({ $0 }) {
            most = max(most, try connecting())
            try await Task.sleep(for: .milliseconds(5))
        }
        await round.value
        #expect(most == 8)
        #expect(services.allSatisfy { scraping.outcome($0)?.isUp == false })
        // None is left of those that were given up.
        try await eventually("nothing connects any more") { try connecting() == 0 }
        await scraper.stop()
    }

    @Test func `a Unix page whose queue is full is told so, and not to be started`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("page.sock")
        let (listener, fillers) = try LoopbackSocket.fullUnix(at: path)
        defer { for descriptor in fillers + [listener] { close(descriptor) } }
        let scraping = try Scraping()
        try scraping.watch([("u", "unix:\(path)", "500ms")])
        _ = await scraping.scraper.refresh()
        await scraping.scraper.stop()
        let lines = scraping.host.log.lines("a page of metrics cannot be scraped; its instance is served as down")
        #expect(lines.first?["reason"]?.contains("as many connections wait to be accepted at unix:\(path)") == true, "\(lines)")
        #expect(lines.first?["reason"]?.contains("start the service") == false)
    }

    @Test func `a page that is taken out of the file is connected to no longer`() async throws {
        let (listener, fillers) = try LoopbackSocket.full()
        defer { for descriptor in fillers + [listener] { close(descriptor) } }
        let port = try #require(LoopbackSocket.port(of: listener))
        let connecting = { try LoopbackSocket.clients(of: port, besides: fillers) }
        let scraping = try Scraping()
        try scraping.watch([("h", "http://127.0.0.1:\(port)/metrics", "10s")])
        let scraper = scraping.scraper
        async let late = scraper.refresh()
        try await eventually("it connects") { try connecting() == 1 }
        let clock = ContinuousClock()
        let start = clock.now
        try scraping.watch([])
        try await eventually("it does not any more") { try connecting() == 0 }
        #expect(start.duration(to: clock.now) < .seconds(4))
        _ = await late
        await scraper.stop()
    }

    @Test func `pages that answer in their own time are up, though they are more than the connections`() async throws {
        let page = try ScriptedPage { connection in
            usleep(300_000)
            connection.page("a 1\n")
        }
        let scraping = try Scraping()
        let services = (0..<20).map { "w\($0)" }
        try scraping.watch(services.map { ($0, page.url, "10s") })
        for round in 1...3 {
            _ = await scraping.scraper.refresh()
            let down = services.filter { scraping.outcome($0)?.isUp != true }
            #expect(down == [], "round \(round)")
            try await Task.sleep(for: .milliseconds(60))
        }
        #expect(services.allSatisfy { scraping.outcome($0)?.failures == [:] })
        await scraping.scraper.stop()
    }

    @Test(arguments: [("1500ms", 3.0), ("10s", 1.5)])
    func `pages that hang give way before who waits is late`(timeout: String, leave: Double) async throws {
        let isOver = Mutex(false)
        let hanging = Mutex(0)
        defer { isOver.withLock { $0 = true } }
        let hangs = try ScriptedPage { connection in
            hanging.withLock { $0 += 1 }
            while !isOver.withLock({ $0 }), !connection.isClosed { usleep(5000) }
            hanging.withLock { $0 -= 1 }
        }
        let honest = try ScriptedPage { $0.page("a 1\n") }
        let scraping = try Scraping()
        let others = (0..<8).map { ("h\($0)", hangs.url, "10s") }
        try scraping.watch(others)
        let scraper = scraping.scraper
        async let late = scraper.refresh()
        try await eventually("all connections are taken") { hanging.withLock { $0 } == 8 }
        try scraping.watch(others + [("w", honest.url, timeout)])
        let missing = await scraper.refresh(within: .seconds(leave))
        #expect(!missing.contains(InstanceIdentity(service: "w", instance: "w")))
        #expect(scraping.outcome("w")?.isUp == true)
        // One connection was needed, and no more.
        #expect((0..<8).count { scraping.outcome("h\($0)")?.failures[.timeout] != nil } == 1)
        isOver.withLock { $0 = true }
        try scraping.watch([])
        _ = await late
        await scraper.stop()
    }
}
