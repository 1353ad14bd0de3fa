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
        guard makeRoom() else {
            flight.isQueued = true
            queue.append((page, flight))
            sortQueue()
            return watchQueue()
        }
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
                    let reason = NetworkErrorText.asking(error, at: page.target.address.description)
                    settle(page, flight, .failure(ScrapeFault(.connection, "\(reason): start the service, or mend url")))
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

    /// Connects to those that wait, as far as there is room.
    func connectQueued() {
        while let (page, flight) = queue.first {
            let isWanted = page.flight === flight
            guard !isWanted || makeRoom() else { return }
            queue.removeFirst()
            guard isWanted else { continue }
            flight.isQueued = false
            connect(page, flight)
        }
    }

    /// Puts those first that are late first.
    func sortQueue() {
        guard queue.count > 1 else { return }
        let now = clock.now().monotonic
        let timed = queue.map { entry in (neededBy: entry.flight.neededBy(after: now), entry: entry) }
        queue = timed.sorted { $0.neededBy < $1.neededBy }.map { $0.entry }
    }

    /// Looks whether a page that waits for a connection must have another one's, as long as any waits.
    private func watchQueue() {
        guard patience == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        patience = loop.scheduleTask(in: TimeAmount(ScrapeLimits.patience.value / 4)) {
            let engine = bound.value
            engine.patience = nil
            engine.cutLate()
            if !engine.queue.isEmpty { engine.watchQueue() }
        }
    }

    /// Takes connections of pages that have not answered for a while, where those that wait would be late without.
    private func cutLate() {
        queue.removeAll { $0.page.flight !== $0.flight }
        let now = clock.now().monotonic
        let hanging = pages.values.compactMap { page in page.flight.map { (page: page, flight: $0) } }
            .filter { entry in
                guard !entry.flight.isQueued, !entry.flight.isBeingRead else { return false }
                // A page that has always taken its time is about to answer.
                return entry.flight.connectedAt &+ max(Self.leastWait, entry.page.usualWait &* 2) <= now
            }
        // Whom nobody waits for gives way first, and then who began first.
        let order = hanging.sorted { one, other in
            let (isFirst, isOther) = (one.page.stand.isWaitedFor, other.page.stand.isWaitedFor)
            return isFirst == isOther ? one.flight.connectedAt < other.flight.connectedAt : !isFirst
        }
        for (page, flight) in order.prefix(pressingCount(at: now)) { settle(page, flight, .failure(.overtaken)) }
    }

    /// How many fetches, from the first that waits on, cannot wait until connections become free by themselves.
    private func pressingCount(at now: UInt64) -> Int {
        // Until the next look, and then as long as a page is given to answer. Others may have to have their turns before.
        let turn = Self.leastWait + Self.leastWait / 4
        let last = queue.indices.last { index in
            queue[index].flight.neededBy(after: now) <= now &+ turn &* UInt64(1 + index / mostConnections)
        }
        return last.map { $0 + 1 } ?? 0
    }

    /// Nanoseconds.
    private static let leastWait = UInt64(ScrapeLimits.patience.value / .nanoseconds(1))
}
