import AgentMetrics
import ApusHTTP
import ApusLimits
import NIOCore
import NIOHTTP1

/// Takes requests in, one a connection, and ends connections after their last answers.
///
/// It answers `Expect`, counts the bytes of bodies, and tells a body that ended too early from a whole one. What is wrong with a body
/// goes on as an error, so that the route that reads it answers; what is wrong with a head is answered here. A body whose answer has
/// ended is discarded, and costs its budget nothing; a long one ends the connection. It comes after ``RequestStages``, so that there is
/// one request at a time.
final class RequestIntake: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let budget: BodyBudget
    private let peer: ConnectionPeer
    private let isReserved: Bool
    private let cut: (ConnectionCutCause) -> Void
    private let isDraining: () -> Bool
    private var account: BodyAccounts.Identifier?
    /// The number of requests so far.
    private var requests = 0
    /// A head has come, and bytes of its body can come still.
    private var isReading = false
    /// A head has come, and its answer has not gone to its end.
    private var isAnswering = false
    /// The rest of the connection means nothing any more.
    private var isBroken = false
    /// The answer under way is the connection's last one.
    private var isLast = false
    /// The client goes on after the answer under way.
    private var keepsAlive = true
    /// The server stops: the answer under way, or that to the first request, is the last one.
    private var isStopping = false
    /// Ends the connection when no request comes before the server stops.
    private var lastCall: Scheduled<Void>?
    /// Bytes of the body that are still to come, where its head says so.
    private var expected = 0
    /// Bytes of the body that came after its answer.
    private var discarded = 0

    private let largestBody = RequestLimits.body.value.bytes
    private let mostDiscarded = APILimits.discarded.value.bytes

    /// - Parameters:
    ///   - peer: who pays for the bodies.
    ///   - isReserved: whether the connection may ask for health alone.
    ///   - isDraining: whether the server is about to stop, so that each answer is its connection's last one: clients that are not told
    ///     send their next request into a connection that closes.
    ///   - cut: called when the server ends a body of its own accord.
    init(
        budget: BodyBudget, peer: ConnectionPeer, isReserved: Bool, isDraining: @escaping () -> Bool,
        cut: @escaping (ConnectionCutCause) -> Void
    ) {
        self.budget = budget
        self.peer = peer
        self.isReserved = isReserved
        self.isDraining = isDraining
        self.cut = cut
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        guard !isBroken else { return discard(part, context) }
        switch part {
        case .head(let head):
            if isReserved, !head.uri.hasPrefix("/health") { return answer(.serviceUnavailable, context) }
            begin(head, context)
        case .body(let buffer):
            guard isAnswering else { return discard(part, context) }
            expected -= buffer.readableBytes
            if let account, !budget.add(buffer.readableBytes, to: account) { return refuse(context) }
        case .end:
            isReading = false
            if let account { budget.complete(account) }
        }
        context.fireChannelRead(data)
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        giveBack()
        isReading = true
        isAnswering = true
        isLast = false
        keepsAlive = head.isKeepAlive
        discarded = 0
        expected = head.headers.first(name: "content-length").map { Int($0) ?? .max } ?? 0
        requests += 1
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        account = budget.open(for: peer) { [loop = context.eventLoop] account in
            loop.execute {
                let (intake, context) = bound.value
                if intake.account == account { intake.refuse(context) }
            }
        }
        guard head.version == .http1_1,
            head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" })
        else { return }
        // What is too large is answered without its body; whoever waits for leave to send it goes then.
        guard expected <= largestBody else {
            isBroken = true
            return
        }
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
    }

    /// Ends a body for which there is no room.
    private func refuse(_ context: ChannelHandlerContext) {
        guard isReading, !isBroken, account != nil else { return }
        cut(.bodies)
        fail(BodyRefused(), context)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        isBroken = true
        giveBack()
        // An answer that is under way ends the connection at its end.
        if isAnswering { context.fireErrorCaught(error) } else { context.close(promise: nil) }
    }

    /// Takes what nobody reads; of a body whose answer has ended, only so much.
    private func discard(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head: break
        case .body(let buffer):
            guard !isAnswering else { return }
            discarded += buffer.readableBytes
            guard discarded > mostDiscarded else { return }
            cut(.discarded)
            isReading = false
            context.close(promise: nil)
        case .end:
            isReading = false
            if !isAnswering { context.close(promise: nil) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError || error is RequestLineTooLong else { return context.fireErrorCaught(error) }
        let wasReading = isReading
        isReading = false
        guard !isBroken else { return }
        if wasReading {
            // The end of the stream within a request is the client's going away.
            fail((error as? HTTPParserError) == .invalidEOFState ? UploadBroken() : error, context)
        } else if !isAnswering {
            let isTooLong = error is RequestLineTooLong
            answer(
                isTooLong
                    ? .uriTooLong
                    : (error as? HTTPParserError) == .headerOverflow ? .requestHeaderFieldsTooLarge : .badRequest, context)
        } else {
            isBroken = true
        }
    }

    /// Answers in place of the routes, and closes the connection.
    private func answer(_ status: HTTPResponseStatus, _ context: ChannelHandlerContext) {
        isBroken = true
        var headers = HTTPHeaders([("Connection", "close"), ("Content-Length", "0")])
        if status == .serviceUnavailable { headers.add(name: "Retry-After", value: "1") }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { return stop(context) }
        if case .inputClosed? = event as? ChannelEvent { endInput(context) }
        context.fireUserInboundEventTriggered(event)
    }

    /// Ends the connection, after the answer under way if there is one. A first request has been sent before the server has taken the
    /// connection, so that it is waited for while the socket has not been read.
    private func stop(_ context: ChannelHandlerContext) {
        isStopping = true
        guard !isAnswering else { return }
        guard requests == 0 else { return context.close(promise: nil) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        lastCall = context.eventLoop.scheduleTask(in: TimeAmount(APILimits.lastCall.value)) {
            let (intake, context) = bound.value
            if intake.requests == 0 { context.close(promise: nil) }
        }
    }

    private func endInput(_ context: ChannelHandlerContext) {
        guard isReading else { return }
        isReading = false
        if !isBroken { fail(UploadBroken(), context) } else if !isAnswering { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        endInput(context)
        giveBack()
        lastCall?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        giveBack()
        lastCall?.cancel()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            isStopping = isStopping || isDraining()
            isLast = isBroken || isStopping || !keepsAlive || isReading && expected > mostDiscarded
            if isLast { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            isAnswering = false
            giveBack()
            guard isBroken || isLast || isStopping else { return context.write(data, promise: promise) }
            isBroken = true
            let promise = promise ?? context.eventLoop.makePromise()
            promise.futureResult.assumeIsolated().whenComplete { [self] _ in leave(context) }
            context.writeAndFlush(data, promise: promise)
        }
    }

    /// Ends the connection after its last answer. While a body still comes, and when it is the client that wants no other answer, only
    /// the answer's side is closed, so that what the client sends meanwhile does not cost it the answer: a socket that is closed with
    /// unread bytes resets.
    private func leave(_ context: ChannelHandlerContext) {
        let sends = isReading || !keepsAlive && !isStopping
        context.close(mode: sends ? .output : .all, promise: nil)
    }

    private func giveBack() {
        if let account { budget.close(account) }
        account = nil
    }
}

/// The client went away, or was closed, before its request was whole.
struct UploadBroken: Error {}

/// The server holds as many bytes of bodies as it may.
struct BodyRefused: Error {}
