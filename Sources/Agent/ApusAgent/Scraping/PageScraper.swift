package import AgentMetrics
import ApusLimits
import ApusLinux
import Logging
import NIOCore
import NIOPosix
package import ServiceLifecycle
import Synchronization

/// Fetches the pages of metrics that the configuration file names, at each scrape of the agent, on threads of its own; where nobody
/// scrapes, once an interval.
///
/// Before the first page there is no thread; those that were made stay when a reload leaves none.
package final class PageScraper: Service {
    private struct Running {
        let group: MultiThreadedEventLoopGroup
        let loop: any EventLoop
        let engine: NIOLoopBoundBox<ScrapeEngine>
    }

    private struct State {
        var running: Running?
        var isStopped = false
    }

    /// Marks this agent's requests for pages, so that it knows one that comes back to it.
    let mark = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    /// The header field that has the mark.
    static let markField = "X-Apus-Scrape"

    private let ledger: ScrapeLedger
    private let interval: Duration
    private let clock: AgentClock
    private let descriptors: Int?
    private let state = Mutex(State())

    /// - Parameter descriptors: that the process may have; `nil` where nobody knows.
    package init(
        ledger: ScrapeLedger, interval: Duration, clock: AgentClock, descriptors: Int?
    ) {
        self.descriptors = descriptors
        self.ledger = ledger
        self.interval = interval
        self.clock = clock
    }

    /// Fetches these pages from now on and no others.
    package func watch(_ targets: [ScrapeTarget]) {
        let running = state.withLock { state in
            if state.running == nil, !state.isStopped, !targets.isEmpty { state.running = start() }
            return state.running
        }
        running?.loop.execute { running?.engine.value.watch(targets) }
    }

    /// Fetches what is due.
    ///
    /// - Parameters:
    ///   - leave: the longest time that is waited for pages.
    ///   - then: is called once, on any thread, with the instances whose pages were not there in that time.
    /// - Returns: false when there are no pages; nothing is called then.
    package func refresh(within leave: Duration, then: @escaping @Sendable (Set<InstanceIdentity>) -> Void) -> Bool {
        guard let running = state.withLock({ $0.running }) else { return false }
        running.loop.execute { running.engine.value.refresh(within: leave, then: then) }
        return true
    }

    /// Has no scrape wait for pages for longer than this from now on, as the agent stops: it is answered without those that are not there.
    package func endWaiting(within leave: Duration) {
        guard let running = state.withLock({ $0.running }) else { return }
        running.loop.execute { running.engine.value.endWaiting(within: leave) }
    }

    /// Has no scrape wait for pages any more; once it returns, none will be told of one that did.
    package func endWaiting() async {
        guard let running = state.withLock({ $0.running }) else { return }
        try? await running.loop.submit { running.engine.value.endWaiting(within: .zero) }.get()
    }

    private func start() -> Running {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 3)
        let loop = group.next()
        let engine = ScrapeEngine(
            on: loop,
            readers: [
                .init(group.next(), most: ScrapeLimits.quickReading.value / .seconds(1)), .init(group.next(), most: .infinity),
            ], ledger: ledger, clock: clock,
            descriptors: descriptors, mark: mark)
        let box = NIOLoopBoundBox.makeBoxSendingValue(engine, eventLoop: loop)
        // Where nobody scrapes, pages in JSON are right by this, and a page that has become quick is waited for again.
        loop.scheduleRepeatedTask(initialDelay: TimeAmount(interval), delay: TimeAmount(interval)) { [interval] _ in
            box.value.refreshUnasked(for: interval)
        }
        return Running(group: group, loop: loop, engine: box)
    }

    package func run() async {
        try? await gracefulShutdown()
        await stop()
    }

    /// Lets go of all pages, and of the threads.
    package func stop() async {
        let running = state.withLock { state in
            defer { state = State(running: nil, isStopped: true) }
            return state.running
        }
        guard let running else { return }
        let readers = try? await running.loop.submit {
            running.engine.value.stop()
            return running.engine.value.readers.map(\.loop)
        }.get()
        // What is being read comes to its end, and tells the loop, before that one ends.
        for reader in readers ?? [] { try? await reader.submit {}.get() }
        try? await running.loop.submit {}.get()
        try? await running.group.shutdownGracefully()
    }
}
