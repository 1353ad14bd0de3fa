import ApusHTTP
import ApusLimits
import NIOCore
import NIOHTTP1

/// Takes the requests of one connection to the endpoint for reports: reads each body whole, within the budget of all, and has it taken in
/// in the turn of its peer.
///
/// What is refused by its head is read on and thrown away, so that its client comes to read the answer; ``ConnectionDeadlines`` bounds
/// how long that may take.
final class ReportRequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let receiver: ReportReceiver
    private let budget: BodyBudget
    private let place: ConnectionPlace
    private let turns: TurnQueue
    private var request: Request?
    /// From a request's head to the last byte of its answer.
    private var isBusy = false
    private var hasAnswered = false
    private var isGone = false
    /// The endpoint stops: after the answer the connection ends.
    private var isDraining = false

    private struct Request {
        let head: HTTPRequestHead
        let route: ReportRoute?
        var account: BodyAccounts.Identifier?
        var body = ByteBuffer()
        /// The answer to what is refused already.
        var refusal: Answer?
        /// Bytes that were thrown away.
        var discarded = 0
    }

    init(receiver: ReportReceiver, budget: BodyBudget, place: ConnectionPlace, turns: TurnQueue) {
        self.receiver = receiver
        self.budget = budget
        self.place = place
        self.turns = turns
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let bytes): take(bytes, context)
        case .end: finish(context)
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        isBusy = true
        do throws(RouteRefused) {
            let route = try receiver.route(head, from: place.peer, isReserved: place.isReserved)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let account = budget.open(for: place.peer) { [loop = context.eventLoop] in
                loop.execute { bound.value.0.pay(bound.value.1) }
            }
            request = Request(head: head, route: route, account: account)
            if head.version == .http1_1,
                head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" })
            {
                let leave = HTTPResponseHead(version: head.version, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(leave)), promise: nil)
            }
        } catch {
            request = Request(head: head, route: nil, refusal: error.answer)
        }
    }

    private func take(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard var request else { return }
        self.request = nil
        defer { self.request = request }
        guard request.refusal == nil else {
            request.discarded += bytes.readableBytes
            // Who sends more than any report may have does not wait for an answer.
            if request.discarded > 2 * HTTPReportLimits.body.value.bytes { context.close(promise: nil) }
            return
        }
        guard request.body.readableBytes + bytes.readableBytes <= HTTPReportLimits.body.value.bytes else {
            return refuse(&request, receiver.tooLarge(place.peer))
        }
        if let account = request.account, !budget.add(bytes.readableBytes, to: account) {
            return refuse(&request, receiver.busy(place.peer))
        }
        request.body.writeImmutableBuffer(bytes)
    }

    private func refuse(_ request: inout Request, _ answer: Answer) {
        giveBack(&request)
        request.refusal = answer
    }

    /// Somebody else needs the room of a body that is not whole.
    private func pay(_ context: ChannelHandlerContext) {
        guard var request, request.refusal == nil else { return }
        self.request = nil
        refuse(&request, receiver.busy(place.peer))
        self.request = request
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard let request, let head = self.request?.head else { return }
        if let refusal = request.refusal {
            self.request = nil
            return send(refusal, to: head, context)
        }
        if let account = request.account { budget.complete(account) }
        turns.add(for: place.peer) { [self] in
            guard !isGone, var request = self.request, let route = request.route else { return }
            self.request = nil
            let answer = receiver.answer(
                route, head, body: Array(buffer: request.body), from: place.peer)
            giveBack(&request)
            send(answer, to: head, context)
        }
    }

    private func giveBack(_ request: inout Request) {
        if let account = request.account { budget.close(account) }
        request.account = nil
        request.body = ByteBuffer()
    }

    private func send(_ answer: Answer, to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let keepsAlive = head.isKeepAlive && !isDraining
        let body: [UInt8] = if case .bytes(let bytes) = answer.body { bytes } else { [] }
        var headers = HTTPHeaders([("Server", "apus-agent")])
        if answer.status != .noContent {
            headers.add(name: "Content-Type", value: answer.contentType)
            headers.add(name: "Content-Length", value: "\(body.count)")
        }
        for (name, value) in answer.headers { headers.add(name: name, value: value) }
        if !keepsAlive { headers.add(name: "Connection", value: "close") }
        let response = HTTPResponseHead(version: head.version, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if answer.status != .noContent, head.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { [self] _ in
            isBusy = false
            hasAnswered = true
            if !keepsAlive || isDraining { channel.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isGone = true
        if var request { giveBack(&request) }
        request = nil
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let step = event as? DrainStep {
            isDraining = true
            if !isBusy, hasAnswered || step == .silent { context.close(promise: nil) }
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
