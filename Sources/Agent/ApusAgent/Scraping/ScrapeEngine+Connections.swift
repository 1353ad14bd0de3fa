import AgentMetrics
import ApusHTTP
import ApusLimits
import ApusLinux
import NIOCore
import NIOPosix

/// Connections to pages, which are bounded: pages that do not answer keep none from those that do.
extension ScrapeEngine {
    /// Bytes that are read of a connection at a time.
    private static let piece = 16_384

    /// Connects to a page, or waits until one that has a connection needs it no more.
    func connect(_ page: ScrapedPage, _ flight: Flight) {
        page.close()
        flight.connectedAt = nil
        guard makeRoom() else { return watchWaiting() }
        flight.connectedAt = clock.now().monotonic
        do { connect(page, flight, to: try page.target.address.socketAddresses()[...]) } catch {
            settle(page, flight, .failure(ScrapeFault(.connection, "\(error)")))
        }
    }

    /// Connects to the first of the addresses that takes the connection.
    private func connect(_ page: ScrapedPage, _ flight: Flight, to addresses: ArraySlice<SocketAddress>) {
        guard let address = addresses.first else { return }
        let bound = NIOLoopBound(flight, eventLoop: loop)
        ClientBootstrap(group: loop).connectTimeout(TimeAmount(page.target.timeout))
            // Buffers for what is read stay with a connection that is kept: few, and small.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.piece))
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                bound.value.connecting = channel
                return channel.eventLoop.makeCompletedFuture { _ = try PageHandler.add(to: channel) }
            }.connect(to: address).assumeIsolated().whenComplete { [self] result in
                flight.connecting = nil
                do {
                    let channel = try result.get()
                    guard page.flight === flight else { return channel.close(promise: nil) }
                    let connection = try channel.pipeline.syncOperations.handler(type: PageHandler.self)
                    page.connection = connection
                    ask(connection, page, flight, isKept: false)
                } catch {
                    guard page.flight === flight else { return }
                    if addresses.count > 1 { return connect(page, flight, to: addresses.dropFirst()) }
                    settle(page, flight, .failure(.connecting(error, to: page.target.address.description)))
                }
            }
    }

    /// Closes the connection that has been idle for longest, where one more would be too many.
    private func makeRoom() -> Bool {
        let held = pages.values.filter(\.hasConnection)
        guard held.count >= mostConnections else { return true }
        guard let idle = held.filter({ $0.flight == nil }).min(by: { $0.usedAt < $1.usedAt }) else { return false }
        idle.close()
        return true
    }

    // MARK: - Waiting for a connection

    private var waiting: [(page: ScrapedPage, flight: Flight)] {
        pages.values.compactMap { page in page.flight.flatMap { $0.connectedAt == nil ? (page, $0) : nil } }
    }

    /// Connects to those that wait, as far as there is room, those first that are late first.
    func connectWaiting() {
        let now = clock.now().monotonic
        while let next = waiting.min(by: { $0.flight.neededBy(after: now) < $1.flight.neededBy(after: now) }), makeRoom() {
            connect(next.page, next.flight)
        }
    }

    /// Looks whether a page that waits for a connection must have another one's, as long as any waits.
    private func watchWaiting() {
        guard patience == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        patience = loop.scheduleTask(in: TimeAmount(ScrapeLimits.patience.value / 4)) {
            let engine = bound.value
            engine.patience = nil
            engine.cutLate()
            if !engine.waiting.isEmpty { engine.watchWaiting() }
        }
    }

    /// Takes connections of pages that have not answered for a while, where those that wait would be late without.
    private func cutLate() {
        let now = clock.now().monotonic
        let needed = waiting.map { $0.flight.neededBy(after: now) }.sorted()
        // Until the next look, and then as long as a page is given to answer. Others may have to have their turns before.
        let turn = Self.leastWait + Self.leastWait / 4
        let pressing = needed.indices.last { needed[$0] <= now &+ turn &* UInt64(1 + $0 / mostConnections) }
        guard let pressing else { return }
        let hanging = pages.values.compactMap { page -> (page: ScrapedPage, flight: Flight, since: UInt64)? in
            guard let flight = page.flight, let since = flight.connectedAt, !flight.isBeingRead,
                // A page that has always taken its time is about to answer.
                since &+ max(Self.leastWait, page.usualWait &* 2) <= now
            else { return nil }
            return (page, flight, since)
        }
        // Whom nobody waits for gives way first, and then who began first.
        let order = hanging.sorted { one, other in
            let (isFirst, isOther) = (one.page.stand.isWaitedFor, other.page.stand.isWaitedFor)
            return isFirst == isOther ? one.since < other.since : !isFirst
        }
        for (page, flight, _) in order.prefix(pressing + 1) { settle(page, flight, .failure(.overtaken)) }
    }

    /// Nanoseconds.
    private static let leastWait = UInt64(ScrapeLimits.patience.value / .nanoseconds(1))
}
