import AgentMetrics
import ApusLimits
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// One connection of an attempt: to the first address that takes it, with TLS where that is asked for.
///
/// All of it is bounded: the time by the attempt's deadline, and what comes by a number of bytes. It belongs to the event loop of probes.
/// After ``close()``, or a failure, nothing is said of it any more, and all that it held is let go.
final class ProbeConnection {
    /// How far it has come, for what is said when the time is up.
    enum Stage: Hashable {
        case resolving, connecting, handshaking
        /// Something is waited for, in words such as `the answer to INFO`.
        case waiting(String)
        case over
    }

    let place: ProbePlace
    private let session: ProbeTLSSession?
    private let surroundings: ProbeSurroundings
    private let connector: ProbeConnector
    private let unix: UnixConnector
    private let deadline: NIODeadline
    /// The bytes that may come, and those of them that have.
    private var allowance: (most: ByteLimit, taken: Int)
    private(set) var facts = ConnectionFacts()
    var stage = Stage.resolving
    private var channel: (any Channel)?
    private var timer: Scheduled<Void>?
    private var began = NIODeadline.now()
    private var onFailure: ((ProbeFailure) -> Void)?
    private var onOpening: (() -> Void)?

    /// - Parameters:
    ///   - session: how TLS is spoken; nil for none.
    ///   - most: the bytes that may come, past which the attempt fails.
    init(
        to place: ProbePlace, _ session: ProbeTLSSession?, in surroundings: ProbeSurroundings, until deadline: NIODeadline,
        most: ByteLimit
    ) {
        self.place = place
        self.session = session
        self.surroundings = surroundings
        connector = ProbeConnector(surroundings)
        unix = UnixConnector(surroundings)
        self.deadline = deadline
        allowance = (most, 0)
    }

    /// Bytes that are read of a connection at a time.
    private static let piece = 16_384

    /// Connects.
    ///
    /// - Parameters:
    ///   - prepare: adds what speaks the protocol, which ends with a ``ProbeStream``.
    ///   - opened: is called once when bytes can be sent.
    ///   - failed: is called once at most, before or after `opened`.
    func open(
        prepare: @escaping (any Channel) throws -> Void, opened: @escaping () -> Void,
        failed: @escaping (ProbeFailure) -> Void
    ) {
        (onOpening, onFailure) = (opened, failed)
        began = .now()
        timer = surroundings.loop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in late() }
        switch place {
        case .unix(let path):
            stage = .connecting
            unix.connect(to: UnixTarget(path: path), until: deadline).assumeIsolated().whenComplete { [self] result in
                guard stage == .connecting else { return }
                switch result {
                case .success(.success(let socket)): connect(prepare) { connector.adopt(socket, $0) }
                case .success(.failure(let failure)): fail(failure)
                case .failure(let error): fail(.connecting(error, to: place.text))
                }
            }
        case .internet(let host, let port):
            surroundings.addresses(of: host, port: port, until: deadline).assumeIsolated().whenComplete { [self] result in
                guard stage == .resolving else { return }
                switch result {
                case .success(.success(let addresses)):
                    facts.resolve = spent()
                    stage = .connecting
                    connect(prepare) { connector.connect(to: addresses, until: deadline, $0) }
                case .success(.failure(let failure)): fail(failure)
                case .failure(let error): fail(.connecting(error, to: place.text))
                }
            }
        }
    }

    private func connect(
        _ prepare: @escaping (any Channel) throws -> Void,
        _ make: (@escaping @Sendable (any Channel) -> EventLoopFuture<Void>) -> EventLoopFuture<
            Result<any Channel, ProbeFailure>
        >
    ) {
        let bound = NIOLoopBound((self, prepare), eventLoop: surroundings.loop)
        make { channel in
            channel.eventLoop.makeCompletedFuture {
                let (connection, prepare) = bound.value
                let options = channel.syncOptions
                try options?.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.piece))
                // Who floods has the loop for one piece, and then others have it.
                try options?.setOption(.maxMessagesPerRead, value: 1)
                connection.channel = channel
                try connection.addHandlers(to: channel, prepare)
            }
        }.assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(.success(let channel)):
                guard stage == .connecting else {
                    if stage == .over { channel.close(promise: nil) }
                    return
                }
                facts.connect = spent()
                if session == nil { isOpen() } else { stage = .handshaking }
            case .success(.failure(let failure)):
                channel = nil
                fail(failure)
            case .failure(let error): fail(ConnectionFault.failure(error, at: place, stage))
            }
        }
    }

    private func addHandlers(to channel: any Channel, _ prepare: (any Channel) throws -> Void) throws {
        let pipeline = channel.pipeline.syncOperations
        if let session {
            try pipeline.addHandler(try session.handler())
            try pipeline.addHandler(HandshakeWatch(self))
        }
        try pipeline.addHandler(WireWatch(self))
        try prepare(channel)
    }

    /// The time since this was asked last.
    private func spent() -> Duration {
        let now = NIODeadline.now()
        defer { began = now }
        return .nanoseconds((now - began).nanoseconds)
    }

    private func isOpen() {
        stage = .waiting("an answer")
        let opened = onOpening
        onOpening = nil
        opened?()
    }

    fileprivate func handshakeEnded(_ certificate: NIOSSLCertificate?) {
        // The whole handshake can come in the turn in which the connection is there.
        if stage == .connecting { facts.connect = spent() }
        guard stage == .handshaking || stage == .connecting else { return }
        facts.tls = spent()
        facts.certificateEnd = certificate.map { Double($0.notValidAfter) }
        facts.certificate = certificate
        isOpen()
    }

    /// Takes note that the answer itself begins: what came before it, such as an interim one of HTTP, is none.
    func noteAnswer() { facts.firstByte = (facts.firstByte ?? .zero) + spent() }

    /// Has another answer expected over the connection.
    ///
    /// - Parameter most: the bytes that may come for it.
    func expect(most: ByteLimit) { allowance = (most, 0) }

    /// Whether any byte of the answer has come that is expected.
    var hasSeenByte: Bool { allowance.taken > 0 }

    /// Takes note of bytes that have come; false where they are too many, which ends the attempt.
    fileprivate func takes(_ bytes: Int) -> Bool {
        if allowance.taken == 0, bytes > 0 { facts.firstByte = spent() }
        allowance.taken += bytes
        guard allowance.taken > allowance.most.bytes else { return true }
        fail(
            ProbeFailure(
                .limit,
                "\(place.text) sends more than \(allowance.most.limitText): look whether it is the server that is meant"))
        return false
    }

    /// Sends bytes, or a part of the protocol whose encoder was added, and goes on counting the time from here.
    func send(_ part: some Sendable, isLast: Bool = true) {
        guard stage != .over, let channel else { return }
        channel.pipeline.syncOperations.write(NIOAny(part), promise: nil)
        guard isLast else { return }
        channel.pipeline.syncOperations.flush()
        began = .now()
    }

    // MARK: - End

    private func late() {
        let place = place.text
        let text =
            switch stage {
            case .resolving: "the name \(self.place.host) is not resolved in time: look at the name server"
            case .connecting where self.place.isOfFiles: "\(place) does not answer in time: see its file system"
            case .connecting:
                "\(place) takes no connection in time: look whether packets to it are dropped, or its queue is full"
            case .handshaking:
                "\(place) takes the connection, and TLS does not come about in time: look whether it speaks TLS there, and whether it hangs"
            case .waiting(let what): "\(place) takes the connection, and \(what) does not come in time: look whether it hangs"
            case .over: ""
            }
        fail(ProbeFailure(.timeout, text))
    }

    /// Ends the attempt with a failure, the first of which counts.
    func fail(_ failure: ProbeFailure) {
        guard stage != .over else { return }
        let failed = onFailure
        close()
        failed?(failure)
    }

    /// Ends the attempt for an error of the connection; nil when it ended in an orderly way, and too early.
    func end(_ error: (any Error)?) {
        guard stage != .over, stage != .connecting else { return }
        if let error, TLSFault.isOfCertificate(error) { facts.isUntrusted = true }
        fail(ConnectionFault.failure(error ?? ConnectionEnded(), at: place, stage))
    }

    /// Lets go of all of it.
    func close() {
        stage = .over
        timer?.cancel()
        timer = nil
        connector.cancel()
        unix.cancel()
        (onOpening, onFailure) = (nil, nil)
        channel?.close(promise: nil)
        channel = nil
    }
}

/// What is known of a connection once it is there.
struct ConnectionFacts {
    var resolve = Duration.zero
    var connect = Duration.zero
    /// Nil where no TLS is spoken.
    var tls: Duration?
    /// From the request to the first byte of the answer.
    var firstByte: Duration?
    /// When the server's own certificate ends, in seconds since the Unix epoch.
    var certificateEnd: Double?
    var certificate: NIOSSLCertificate?
    /// Whether the server's certificate was not to be trusted.
    var isUntrusted = false
}

/// Stands for the end of a connection that came before the answer.
struct ConnectionEnded: Error {}

/// Bounds the bytes that come over a connection, and sees the first of them.
private final class WireWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: ProbeConnection

    init(_ connection: ProbeConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard connection.takes(unwrapInboundIn(data).readableBytes) else { return }
        context.fireChannelRead(data)
    }
}

/// Sees the end of a handshake of TLS.
private final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: ProbeConnection

    init(_ connection: ProbeConnection) { self.connection = connection }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            let handler = try? context.channel.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
            connection.handshakeEnded(handler?.peerCertificate)
        }
        context.fireUserInboundEventTriggered(event)
    }
}

/// The end of a connection's handlers: takes what comes, and tells the connection of its end.
final class ProbeStream<In>: ChannelInboundHandler {
    typealias InboundIn = In

    private let connection: ProbeConnection
    private let take: (In) -> Void
    /// Whether an end of the connection is the end of the answer; it has been told then.
    private let ended: ((any Error)?) -> Bool

    /// - Parameters:
    ///   - take: is called with each part.
    ///   - ended: is called when the connection ends or goes wrong; whether all has been said with that.
    init(
        _ connection: ProbeConnection, take: @escaping (In) -> Void, ended: @escaping ((any Error)?) -> Bool = { _ in false }
    ) {
        self.connection = connection
        self.take = take
        self.ended = ended
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard connection.stage != .over else { return }
        take(unwrapInboundIn(data))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard connection.stage != .over, !ended(error) else { return }
        connection.end(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if connection.stage != .over, !ended(nil) { connection.end(nil) }
        context.fireChannelInactive()
    }
}
