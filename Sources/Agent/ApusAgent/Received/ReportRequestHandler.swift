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
    private var isGone = false
    private let writer = AnswerWriter()

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
        writer.begin()
        do throws(RouteRefused) {
            let route = try receiver.route(head, from: place.peer, isReserved: place.isReserved)
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            let account = budget.open(for: place.peer) { [loop = context.eventLoop] account in
                loop.execute { bound.value.pay(account) }
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

    /// Gives up a body that is not whole, as somebody else needs its room; by now its request may have been answered, and the next one begun.
    private func pay(_ account: BodyAccounts.Identifier) {
        guard var request, request.account == account else { return }
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
            // Whoever needed its room may have been told so just before it was whole.
            let answer =
                request.refusal ?? receiver.answer(route, head, body: Array(buffer: request.body), from: place)
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
        writer.settle(head)
        let bytes: [UInt8] = if case .bytes(let bytes) = answer.body { bytes } else { [] }
        writer.write(answer, ByteBuffer(bytes: bytes), to: head, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isGone = true
        if var request { giveBack(&request) }
        request = nil
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if writer.take(event, context) { return }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
