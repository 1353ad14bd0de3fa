import ApusLimits
import ApusTLS
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NotificationStore
import Synchronization

/// Sends requests to receivers by HTTP/1.1, each to addresses that were looked up before.
///
/// A client of its own, because what a receiver answers must not be able to end the process, and because a name must be looked up, and
/// its address be judged, apart from the connection: the header `Host` and the name of the TLS server stay those of the URL.
final class ReceiverClient: Sendable {
    /// What came of a request.
    struct Answer: Sendable {
        let head: HTTPResponseHead
        /// Whether a connection that was kept had been closed by the receiver, so that the request was sent again on a fresh one.
        let wasRepeated: Bool
    }

    private let connections = ReceiverConnections()
    private let configuration: TLSConfiguration
    private let security = Mutex<NIOSSLContext?>(nil)

    /// - Parameter configuration: of secure connections; a test has an authority of its own.
    init(configuration: TLSConfiguration = .makeClientConfiguration()) { self.configuration = configuration }

    func close() async { await connections.close() }

    /// Sends a request and returns the head of its answer; the rest of it is read behind the caller's back, within bounds.
    ///
    /// - Parameters:
    ///   - addresses: of the destination, tried in their order.
    ///   - time: for everything, from the connecting to the answer's head.
    /// - Throws: ``ExchangeError``, or `CancellationError`.
    func send(
        _ head: HTTPRequestHead, body: ByteBuffer, to destination: Destination, at addresses: [SocketAddress],
        within time: Duration
    ) async throws -> Answer {
        let deadline = ContinuousClock.now + time
        if let kept = connections.take(destination) {
            do {
                return Answer(
                    head: try await exchange(head, body: body, on: kept, until: deadline, time: time), wasRepeated: false)
            } catch ExchangeError.closed(received: 0) {
                // RFC 9112, section 9.3.1: it was closed while it was idle, so that nothing can have been processed. Would it have
                // been after all, the receiver knows the repetition by its webhook-id.
            }
            let fresh = try await connect(destination, addresses, until: deadline, time: time)
            return Answer(
                head: try await exchange(head, body: body, on: fresh, until: deadline, time: time), wasRepeated: true)
        }
        let fresh = try await connect(destination, addresses, until: deadline, time: time)
        return Answer(head: try await exchange(head, body: body, on: fresh, until: deadline, time: time), wasRepeated: false)
    }

    private func exchange(
        _ head: HTTPRequestHead, body: ByteBuffer, on connection: ReceiverConnection, until deadline: ContinuousClock.Instant,
        time: Duration
    ) async throws -> HTTPResponseHead {
        let loop = connection.channel.eventLoop
        let race = Race<HTTPResponseHead>(on: loop)
        let timer = loop.scheduleTask(in: TimeAmount(max(ContinuousClock.now.duration(to: deadline), .zero))) {
            race.fail(ExchangeError.timeout(time, isConnected: true))
        }
        defer { timer.cancel() }
        loop.execute { connection.handler.value.send(head, body: body, race: race) }
        do {
            return try await race.value
        } catch {
            connection.channel.close(promise: nil)
            throw error
        }
    }

    private func connect(
        _ destination: Destination, _ addresses: [SocketAddress], until deadline: ContinuousClock.Instant, time: Duration
    ) async throws -> ReceiverConnection {
        var failure = ExchangeError.noConnection("the name has no address")
        for (index, address) in addresses.enumerated() {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { break }
            // An address that swallows everything leaves the next one its time.
            let share = index == addresses.count - 1 ? left : left / 2
            do {
                return try await connect(destination, address, within: share)
            } catch let error as ExchangeError {
                failure = error
            }
        }
        if case .timeout = failure { throw ExchangeError.timeout(time, isConnected: false) }
        throw failure
    }

    private func connect(
        _ destination: Destination, _ address: SocketAddress, within time: Duration
    ) async throws -> ReceiverConnection {
        let security = destination.isSecure ? try securityContext() : nil
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let race = Race<ReceiverConnection>(on: loop)
        let timer = loop.scheduleTask(in: TimeAmount(time)) { race.fail(ExchangeError.timeout(time, isConnected: false)) }
        defer { timer.cancel() }
        // Kept from the beginning: a handshake may have failed by the time at which the connection is told of, and the closed channel has no
        // handlers any more, while this one knows why.
        let answers = NIOLoopBoundBox<AnswerHandler?>.makeEmptyBox(valueType: AnswerHandler.self, eventLoop: loop)
        ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(time))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { [connections] channel in
                channel.eventLoop.makeCompletedFuture {
                    let answer = AnswerHandler(pool: connections, destination: destination)
                    answers.value = answer
                    try Self.fill(channel.pipeline.syncOperations, with: answer, destination, security)
                }
            }
            .connect(to: address)
            .flatMapThrowing { channel in
                guard let answer = answers.value else { throw ExchangeError.closed(received: 0) }
                return ReceiverConnection(channel: channel, handler: NIOLoopBound(answer, eventLoop: channel.eventLoop))
            }
            .whenComplete { [connections] result in
                switch result {
                case .success(let connection):
                    let channel = connection.channel
                    channel.closeFuture.whenComplete { _ in connections.forget(channel, destination) }
                    if !race.succeed(connection) { channel.close(promise: nil) }
                case .failure(let error): race.fail(Self.reason(error, time))
                }
            }
        return try await race.value
    }

    private static func fill(
        _ pipeline: ChannelPipeline.SynchronousOperations, with answer: AnswerHandler, _ destination: Destination,
        _ security: NIOSSLContext?
    ) throws {
        if let security {
            try pipeline.addHandler(ServerNameCheck.handler(security, host: destination.host))
        }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = DeliveryLimits.answerHead.value.bytes
        limits.maxHeaderListSize = DeliveryLimits.answerHead.value.bytes
        try pipeline.addHandler(AnswerByteCounter(answer))
        try pipeline.addHandler(HTTPRequestEncoder())
        try pipeline.addHandler(
            ByteToMessageHandler(
                HTTPResponseDecoder(
                    leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .forward, limitConfiguration: limits)))
        try pipeline.addHandler(answer)
    }

    private static func reason(_ error: any Error, _ time: Duration) -> ExchangeError {
        switch error {
        case ChannelError.connectTimeout: .timeout(time, isConnected: false)
        case let error as IOError: .connecting(error)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: .security(SecurityFault.text(error))
        default: .noConnection(ExchangeError.text(error))
        }
    }

    /// The context of secure connections, which reads the system's authorities once.
    private func securityContext() throws -> NIOSSLContext {
        try security.withLock { context in
            if let context { return context }
            do {
                let made = try NIOSSLContext(configuration: configuration)
                context = made
                return made
            } catch {
                throw ExchangeError.security(ExchangeError.text(error))
            }
        }
    }
}
