import AgentMetrics
import ApusHTTP
import ApusLimits
import ApusLinux
import ApusMetrics
import ApusText
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// Fetches pages, and hands over what they have as reports. Belongs to its event loop; pages are read on threads of their own, as that
/// takes its time, and would hold up the deadlines of the others.
final class ScrapeEngine {
    typealias Flight = ScrapedPage.Flight

    let loop: any EventLoop
    let readers: [Reader]
    let ledger: ScrapeLedger
    /// Answers that wait to be read.
    var unread: [Unread] = []
    let clock: AgentClock
    let mark: String
    /// Connections to pages at a time.
    let mostConnections: Int
    /// Connections of pages that were late last, so that there are others for those that were not.
    let mostLate: Int
    /// Looks after fetches that wait for a connection.
    var patience: Scheduled<Void>?
    var pages: [InstanceIdentity: ScrapedPage] = [:]
    /// When somebody asked for pages last: CLOCK_MONOTONIC in nanoseconds; `nil` before the first time.
    private var askedAt: UInt64?
    /// When nobody waits for a page any more, as the agent stops: CLOCK_MONOTONIC in nanoseconds; `nil` while it does not.
    private var waitsUntil: UInt64?
    /// Bytes of pages in memory.
    private var held = 0

    /// - Parameters:
    ///   - descriptors: that the process may have; `nil` where nobody knows.
    ///   - mark: tells this agent's requests from all others.
    init(on loop: any EventLoop, readers: [Reader], ledger: ScrapeLedger, clock: AgentClock, descriptors: Int?, mark: String) {
        self.mark = mark
        self.loop = loop
        self.readers = readers
        self.ledger = ledger
        self.clock = clock
        mostConnections = max(8, (descriptors ?? .max) / 8)
        mostLate = mostConnections / 4
    }

    // MARK: - Rounds

    /// Fetches these pages from now on and no others.
    func watch(_ targets: [ScrapeTarget]) {
        let wanted = Dictionary(targets.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
        for (identity, page) in pages where !(wanted[identity]?.isSame(as: page.target) ?? false) {
            // What is being read is let go of when it was.
            if let flight = page.flight, !flight.isBeingRead { release(flight) }
            page.cancel()
            page.close()
            pages[identity] = nil
        }
        for (identity, target) in wanted where pages[identity] == nil { pages[identity] = ScrapedPage(target) }
        connectWaiting()
    }

    /// Lets go of everything.
    func stop() { watch([]) }

    /// Fetches what is due.
    ///
    /// - Parameters:
    ///   - leave: the longest time that is waited for pages; `nil`: none is waited for.
    ///   - then: is called once, with the instances whose pages were not there in that time.
    func refresh(within leave: Duration?, then: @escaping @Sendable (Set<InstanceIdentity>) -> Void) {
        let now = clock.now().monotonic
        let leave = leave.map { leave in
            min(leave, waitsUntil.map { .nanoseconds(Int64(clamping: $0 - min($0, now))) } ?? leave)
        }
        let round = ScrapeRound(endsAt: now &+ UInt64(max(0, (leave ?? .zero) / .nanoseconds(1))), then: then)
        if leave != nil { askedAt = now }
        startDue(at: now)
        for page in pages.values {
            guard leave != nil, page.stand.isWaitedFor, let flight = page.flight else { continue }
            round.wait(for: page.identity)
            flight.rounds.append(round)
        }
        round.begin(atMost: leave ?? .zero, on: loop)
    }

    /// Has nobody wait for a page for longer than this from now on.
    func endWaiting(within leave: Duration) {
        waitsUntil = min(waitsUntil ?? .max, clock.now().monotonic &+ UInt64(max(0, leave / .nanoseconds(1))))
        guard leave > .zero else { return endRounds() }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: TimeAmount(leave)) { bound.value.endRounds() }
    }

    private func endRounds() {
        for page in pages.values { for round in page.flight?.rounds ?? [] { round.end() } }
    }

    /// Fetches what is due, unless somebody has asked for it in the time before.
    func refreshUnasked(for interval: Duration) {
        let since = clock.now().monotonic - min(clock.now().monotonic, askedAt ?? 0)
        guard askedAt == nil || since >= UInt64(max(0, interval / .nanoseconds(1))) else { return }
        refresh(within: nil) { _ in }
    }

    /// Starts the fetches that are due: those of pages that were late last with few connections, in turns.
    private func startDue(at now: UInt64) {
        let due = pages.values.filter { $0.flight == nil && $0.stand.step(at: now) != .nothing }
        for page in due where page.stand.isWaitedFor { start(page, at: now) }
        let late = due.filter { !$0.stand.isWaitedFor }.sorted { $0.usedAt < $1.usedAt }
        let busy = pages.values.count { !$0.stand.isWaitedFor && $0.flight != nil }
        for page in late.prefix(max(0, mostLate - busy)) { start(page, at: now) }
    }

    // MARK: - One fetch

    private func start(_ page: ScrapedPage, at now: UInt64) {
        let flight = Flight(startedAt: now, timeout: page.target.timeout)
        page.flight = flight
        let bound = NIOLoopBound((self, page, flight), eventLoop: loop)
        flight.deadline = loop.scheduleTask(in: TimeAmount(page.target.timeout)) {
            let (engine, page, flight) = bound.value
            engine.settle(
                page, flight,
                .failure(flight.connectedAt == nil ? .crowdedOut(engine.mostConnections) : .late(page.target.timeout)))
        }
        if let connection = page.connection, connection.isOpen {
            flight.connectedAt = now
            ask(connection, page, flight, isKept: true)
        } else {
            connect(page, flight)
        }
    }

    func ask(_ connection: PageHandler, _ page: ScrapedPage, _ flight: Flight, isKept: Bool) {
        connection.ask(
            request(page.target), hold: { [self] in hold($0, page, flight) },
            done: { [self] answer in
                guard page.flight === flight else { return }
                switch answer {
                case .success(let answer): read(answer, page, flight)
                // It was closed while nobody asked, as servers do after a while.
                case .failure(let fault) where fault.isUnanswered && isKept: connect(page, flight)
                case .failure(let fault): settle(page, flight, .failure(fault))
                }
            })
    }

    private func request(_ target: ScrapeTarget) -> HTTPRequestHead {
        let seconds = target.timeout / .seconds(1)
        return HTTPRequestHead(
            version: .http1_1, method: .GET, uri: target.address.target,
            headers: [
                "Host": target.address.hostField, "User-Agent": "apus-agent",
                "Accept":
                    "application/openmetrics-text;version=1.0.0,text/plain;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                // To the same host its bytes cost less than their compression.
                "Accept-Encoding": "identity", "X-Prometheus-Scrape-Timeout-Seconds": "\(seconds)",
                PageScraper.markField: mark,
            ])
    }

    /// Takes note of bytes of a page in memory; where they are too many, the largest page that is under way pays.
    ///
    /// - Returns: whether this one goes on.
    private func hold(_ count: Int, _ page: ScrapedPage, _ flight: Flight) -> Bool {
        flight.held += count
        held += count
        guard held > ScrapeLimits.bodies.value.bytes else { return true }
        // A page of which there is room for as many as may be named is not what is too much.
        let share = ScrapeLimits.bodies.value.bytes / ScrapeLimits.pages.value
        let unread = pages.values.filter { $0.flight.map { !$0.isBeingRead && $0.held > share } ?? false }
        if let largest = unread.max(by: { $0.flight?.held ?? 0 < $1.flight?.held ?? 0 }), let its = largest.flight {
            settle(largest, its, .failure(.crowded))
        }
        return page.flight === flight
    }

    func release(_ flight: Flight) {
        held -= flight.held
        flight.held = 0
    }

    /// Ends a fetch, unless it has ended: what comes after its deadline is nobody's page.
    func settle(_ page: ScrapedPage, _ flight: Flight, _ result: Result<ScrapeLedger.Page, ScrapeFault>) {
        guard page.flight === flight else { return }
        let now = clock.now()
        page.flight = nil
        page.usedAt = now.monotonic
        flight.end()
        if !flight.isBeingRead {
            release(flight)
            // What was asked on it may be answered yet.
            if case .failure = result { page.close() }
        }
        let seconds = now.seconds(since: flight.startedAt)
        switch ledger.take(result, of: page.identity, seconds: seconds, at: now) {
        case .served:
            page.stand.succeed(at: now.monotonic)
            if page.told != nil { ledger.tell(nil, of: page.target) }
            page.told = nil
            if let read = try? result.get() { tell(read, page) }
        case .failed(let fault):
            page.stand.fail(isLate: fault.failure == .timeout, at: now.monotonic, random: .random(in: 0...1))
            if page.told != fault.failure { ledger.tell(fault, of: page.target) }
            page.told = fault.failure
        case .unwatched: break
        }
        connectWaiting()
        for round in flight.rounds { round.settle(page.identity) }
    }

    /// Says in the log what of a page that is served is not.
    private func tell(_ read: ScrapeLedger.Page, _ page: ScrapedPage) {
        let leftOut = read.report.leftOut
        if let new = page.toldLeftOut.news(in: leftOut) { ledger.tell(new, of: leftOut, of: page.target) }
        if page.toldUnnamed != read.unnamed { ledger.tell(unnamed: read.unnamed, of: page.target) }
        page.toldUnnamed = read.unnamed
    }
}
