import ApusHTTP
import NIOCore
import NIOHTTP1

/// Takes requests in, one a connection: answers `Expect`, counts the bytes of bodies, and tells a body that ended too early from a whole one.
///
/// What is wrong with a body goes on as an error, so that the route that reads it answers; what is wrong with a head is answered here.
/// It comes after ``RequestTurns``, so that there is one request at a time.
final class RequestIntake: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let budget: BodyBudget
    private let largestBody: Int
    private let isReserved: Bool
    private let refused: () -> Void
    private var account: BodyAccounts.Identifier?
    /// The number of requests so far.
    private var requests = 0
    /// A head has come, and the end of its request has not.
    private var isReading = false
    /// A head has come, and its answer has not gone to its end.
    private var isAnswering = false
    /// The rest of the connection means nothing any more.
    private var isBroken = false

    /// - Parameters:
    ///   - isReserved: whether the connection may ask for health alone.
    ///   - refused: called when the budget of bodies has no room for one.
    init(budget: BodyBudget, largestBody: Int, isReserved: Bool, refused: @escaping () -> Void) {
        self.budget = budget
        self.largestBody = largestBody
        self.isReserved = isReserved
        self.refused = refused
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isBroken else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            if isReserved, !head.uri.hasPrefix("/health") { return answer(.serviceUnavailable, context) }
            begin(head, context)
        case .body(let buffer):
            if let account, !budget.add(buffer.readableBytes, to: account) { return refuse(context) }
        case .end:
            isReading = false
            if let account { budget.complete(account) }
        }
        context.fireChannelRead(data)
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        isReading = true
        isAnswering = true
        requests += 1
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        account = budget.open { [requests, loop = context.eventLoop] in
            loop.execute {
                let (intake, context) = bound.value
                if intake.requests == requests { intake.refuse(context) }
            }
        }
        guard head.version == .http1_1,
            head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" })
        else { return }
        // What is too large is answered without its body; whoever waits for leave to send it goes then.
        guard head.headers.first(name: "content-length").flatMap({ Int($0) }) ?? 0 <= largestBody else {
            isBroken = true
            return
        }
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
    }

    /// Ends a body for which there is no room.
    private func refuse(_ context: ChannelHandlerContext) {
        guard isReading, !isBroken else { return }
        refused()
        fail(BodyRefused(), context)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        isReading = false
        isBroken = true
        giveBack()
        // An answer that is under way ends the connection at its end.
        if isAnswering { context.fireErrorCaught(error) } else { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isBroken else { return }
        guard error is HTTPParserError || error is RequestLineTooLong else { return context.fireErrorCaught(error) }
        if isReading {
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
        if case .inputClosed? = event as? ChannelEvent, isReading { fail(UploadBroken(), context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isReading { fail(UploadBroken(), context) }
        giveBack()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { giveBack() }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if isBroken { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            isAnswering = false
            if !isReading { giveBack() }
            guard isBroken else { return context.write(data, promise: promise) }
            let promise = promise ?? context.eventLoop.makePromise()
            let channel = context.channel
            promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
            context.writeAndFlush(data, promise: promise)
        }
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
