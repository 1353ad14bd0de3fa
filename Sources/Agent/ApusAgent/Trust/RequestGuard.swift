import AgentMetrics
import ApusLimits
import ApusHTTP
import CLinux
import NIOCore
import NIOHTTP1

/// Lets the requests of one connection through whose client may ask, and adds the fields of the web configuration to all answers.
///
/// While a password is checked, nothing is read from the client. A request that is turned away is read to its end first, within
/// bounds, so that its client comes to read why.
final class RequestGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What an endpoint does not ask a password for, and what it reads of requests that are turned away.
    struct Bounds: Sendable {
        /// Whether pages of health are answered without a password, where the agent is told so.
        var hasHealth = false
        /// Bytes of a body.
        var mostDiscarded = EndpointLimits.body.value.bytes
    }

    private let trust: WebTrust
    private let place: ConnectionPlace
    private let bounds: Bounds
    /// Whether the kernel names the client, and it is one who may read the configuration anyway.
    private let isTrusted: Bool
    private let writer = AnswerWriter()

    private enum Phase {
        /// Requests go through.
        case open
        /// A password is being checked; what comes waits.
        case checking
        /// The request is read on and thrown away, and then this is answered.
        case refusing(HTTPRequestHead, Answer)
    }

    private var phase = Phase.open
    private enum Held {
        case part(HTTPServerRequestPart)
        case event(Any)
    }

    private var held: [Held] = []
    private var discarded = 0
    private var readIsPending = false
    private var isGone = false
    /// Whether no request follows the one that is being answered: the configuration is another one, or the endpoint stops.
    private var isLast = false

    /// - Parameter isTrusted: whether no password is asked for.
    init(_ trust: WebTrust, place: ConnectionPlace, isTrusted: Bool, _ bounds: Bounds) {
        self.trust = trust
        self.place = place
        self.isTrusted = isTrusted
        self.bounds = bounds
    }

    /// Whether a request is answered to whoever asks.
    private func isOpen(_ head: HTTPRequestHead) -> Bool {
        guard bounds.hasHealth, trust.opensHealth else { return false }
        return [.health, .live, .ready].contains(Page(uri: head.uri))
    }

    // MARK: - Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { take(unwrapInboundIn(data), context) }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch phase {
        case .checking: held.append(.part(part))
        case .refusing(let head, let answer): discard(part, head, answer, context)
        case .open:
            if case .head(let head) = part, !admits(head, part, context) { return }
            context.fireChannelRead(wrapInboundOut(part))
        }
    }

    /// Whether a request goes on at once.
    private func admits(_ head: HTTPRequestHead, _ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) -> Bool {
        let configuration = trust.current
        if isOpen(head) { return true }
        guard trust.admit(place.peer, at: apus_monotonic_nanoseconds()) else {
            trust.deny(.rate, place.peer, "it asks more often than rate_limit says")
            refuse(head, .text(.tooManyRequests, "too many requests: ask less often"), context)
            return false
        }
        guard !configuration.users.isEmpty, !isTrusted else { return true }
        let fields = head.headers["authorization"]
        guard fields.count == 1, let credentials = ClaimedUser(fields[0]) else {
            trust.deny(.password, place.peer, fields.isEmpty ? "it gives no password" : "what it gives is no user's password")
            refuse(head, Self.unauthorized(isWrong: !fields.isEmpty), context)
            return false
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let result = trust.checks.check(credentials, by: configuration, of: place.peer) {
            [loop = context.eventLoop] result in
            loop.execute { bound.value.0.settle(result, bound.value.1) }
        }
        switch result {
        case .right: return true
        case .wrong, .busy:
            refuse(head, denied(result == .busy), context)
            return false
        case nil:
            phase = .checking
            held = [.part(part)]
            return false
        }
    }

    private func denied(_ isBusy: Bool) -> Answer {
        guard isBusy else {
            trust.deny(.password, place.peer, "what it gives is no user's password")
            return Self.unauthorized(isWrong: true)
        }
        trust.deny(.busy, place.peer, "too many passwords wait for their check")
        return .unavailable("too many passwords wait for their check: try again")
    }

    /// - Parameter isWrong: whether a user and a password were given that are none of the file's.
    private static func unauthorized(isWrong: Bool) -> Answer {
        var answer = Answer.text(
            .unauthorized, isWrong ? "the user or the password is wrong" : "a user and a password are asked for")
        answer.headers = [("WWW-Authenticate", "Basic realm=\"apus-agent\", charset=\"UTF-8\"")]
        return answer
    }

    /// Goes on with what has waited for a check.
    private func settle(_ result: PasswordChecks.Result, _ context: ChannelHandlerContext) {
        guard !isGone, case .checking = phase, case .part(.head(let head))? = held.first else { return }
        phase = .open
        if result == .right {
            release(context)
        } else {
            held.removeFirst()
            refuse(head, denied(result == .busy), context)
            let parts = held
            held = []
            for one in parts {
                switch one {
                case .part(let part): take(part, context)
                case .event: held.append(one)
                }
            }
            // The answer may be out already, and what was held behind it has nobody else who hands it on.
            if case .open = phase { release(context) }
        }
        context.fireChannelReadComplete()
        guard readIsPending else { return }
        readIsPending = false
        context.read()
    }

    /// Hands on what has waited, in its order.
    private func release(_ context: ChannelHandlerContext) {
        let all = held
        held = []
        for one in all {
            switch one {
            case .part(let part): context.fireChannelRead(wrapInboundOut(part))
            case .event(let event): context.fireUserInboundEventTriggered(event)
            }
        }
    }

    // MARK: - Refusals

    private func refuse(_ head: HTTPRequestHead, _ answer: Answer, _ context: ChannelHandlerContext) {
        phase = .refusing(head, answer)
        discarded = 0
        // Who asks before sending a body is told at once, and sends none.
        if Self.asksBefore(head) { send(answer, to: head, canStay: false, context) }
    }

    private static func asksBefore(_ head: HTTPRequestHead) -> Bool {
        head.version == .http1_1
            && head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
    }

    private func send(_ answer: Answer, to head: HTTPRequestHead, canStay: Bool, _ context: ChannelHandlerContext) {
        var answer = answer
        answer.headers += trust.current.headers.map { ($0.name, $0.value) }
        let bytes: [UInt8] = if case .bytes(let bytes) = answer.body { bytes } else { [] }
        writer.settle(head, canStay: canStay && !isLast)
        writer.write(answer, ByteBuffer(bytes: bytes), to: head, context) { [self] in
            guard canStay else { return }
            phase = .open
            release(context)
        }
    }

    private func discard(
        _ part: HTTPServerRequestPart, _ head: HTTPRequestHead, _ answer: Answer, _ context: ChannelHandlerContext
    ) {
        switch part {
        case .head: return
        case .body(let bytes):
            discarded += bytes.readableBytes
            // Who sends more than anybody may does not wait for an answer.
            if discarded > bounds.mostDiscarded { context.close(promise: nil) }
            return
        case .end: break
        }
        // One that has been told already.
        guard !Self.asksBefore(head) else { return }
        send(answer, to: head, canStay: true, context)
    }

    // MARK: - Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), head.status.code >= 200 else {
            return context.write(data, promise: promise)
        }
        for (name, value) in trust.current.headers { head.headers.replaceOrAdd(name: name, value: value) }
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    // MARK: - Connection

    func read(context: ChannelHandlerContext) {
        if case .checking = phase { readIsPending = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is DrainStep { isLast = true }
        // Whoever comes after this knows of no request, and would close the connection.
        if case .open = phase { context.fireUserInboundEventTriggered(event) } else { held.append(.event(event)) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isGone = true
        held = []
        context.fireChannelInactive()
    }
}
