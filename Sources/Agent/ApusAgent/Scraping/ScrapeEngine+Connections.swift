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
            return watchQueue()
        }
        flight.isConnecting = true
        flight.connectedAt = clock.now().monotonic
        do { connect(page, flight, to: try page.target.address.socketAddresses()[...]) } catch {
            settle(page, flight, .failure(ScrapeFault(.connection, "\(error)")))
        }
    }

    /// Connects to the first of the addresses that takes the connection.
    private func connect(_ page: ScrapedPage, _ flight: Flight, to addresses: ArraySlice<SocketAddress>) {
        guard let address = addresses.first else { return }
        ClientBootstrap(group: loop).connectTimeout(TimeAmount(page.target.timeout))
            // Buffers for what is read stay with a connection that is kept: few, and small.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.piece))
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { _ = try PageHandler.add(to: channel) }
            }.connect(to: address).assumeIsolated().whenComplete { [self] result in
                flight.isConnecting = false
                do {
                    let channel = try result.get()
                    guard page.flight === flight else { return channel.close(promise: nil) }
                    let connection = try channel.pipeline.syncOperations.handler(type: PageHandler.self)
                    page.connection = connection
                    ask(connection, page, flight, isKept: false)
                } catch {
                    guard page.flight === flight else { return }
                    if addresses.count > 1 {
                        flight.isConnecting = true
                        return connect(page, flight, to: addresses.dropFirst())
                    }
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

    /// Takes the connections of pages that have not answered for a while, as long as others wait for them.
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

    private func cutLate() {
        queue.removeAll { $0.page.flight !== $0.flight }
        let patience = UInt64(ScrapeLimits.patience.value / .nanoseconds(1))
        let now = clock.now().monotonic
        let hanging = pages.values.compactMap { page in page.flight.map { (page: page, flight: $0) } }
            .filter { !$0.flight.isQueued && !$0.flight.isBeingRead && $0.flight.connectedAt &+ patience <= now }
        // Whom nobody waits for gives way first, and then who began first.
        let order = hanging.sorted { one, other in
            let (isFirst, isOther) = (one.page.stand.isWaitedFor, other.page.stand.isWaitedFor)
            return isFirst == isOther ? one.flight.connectedAt < other.flight.connectedAt : !isFirst
        }
        for (page, flight) in order.prefix(queue.count) { settle(page, flight, .failure(.overtaken)) }
    }
}
