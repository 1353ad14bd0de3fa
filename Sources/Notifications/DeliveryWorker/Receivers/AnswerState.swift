import ApusLimits
import NIOCore
package import NIOHTTP1

/// The answer to one request, as a pure value: bytes and parts of the decoder go in, and what is to be done comes out.
///
/// Nothing that a receiver can send is a precondition here: each part in each state has a meaning, which at worst is to close the
/// connection.
package struct AnswerState: Sendable {
    package enum Action: Equatable, Sendable {
        case wait
        /// The status is there: it decides, whatever follows.
        case answer(HTTPResponseHead)
        /// The request has failed, and the connection is to be closed.
        case fail(ExchangeError)
        /// The answer is complete; whether the connection can be used for another request.
        case finish(isReusable: Bool)
        /// The connection is of no more use.
        case close
    }

    private enum Phase {
        case idle
        case head(informational: Int)
        case body(bytes: Int, isReusable: Bool)
        case over
    }

    private var phase = Phase.idle
    /// The number of bytes that have come since the request.
    package private(set) var received = 0
    /// Why the connection broke before its first request, such as a handshake that failed at once.
    package private(set) var earlyFailure: ExchangeError?
    private var hasBegun = false

    package init() {}

    /// Takes note that a request is sent; false when the connection is not free for one.
    package mutating func begin() -> Bool {
        guard case .idle = phase else { return false }
        phase = .head(informational: 0)
        received = 0
        hasBegun = true
        return true
    }

    /// Takes note of bytes, before they are decoded.
    package mutating func receive(bytes: Int) -> Action {
        received += bytes
        switch phase {
        case .idle: return end(.close)
        case .head where received > DeliveryLimits.answerHead.value.bytes:
            return end(.fail(.longHead(most: DeliveryLimits.answerHead.value.bytes)))
        // Framing counts as well: a body may come as chunks of one byte.
        case .body(let bytes, let isReusable):
            phase = .body(bytes: bytes, isReusable: isReusable)
            return received > DeliveryLimits.answerHead.value.bytes + DeliveryLimits.answerBody.value.bytes
                ? end(.close) : .wait
        case .head, .over: return .wait
        }
    }

    package mutating func receive(_ part: HTTPClientResponsePart) -> Action {
        switch (phase, part) {
        case (.head(let informational), .head(let head)): return receive(head, after: informational)
        case (.head, .end): return .wait  // of an informational answer
        case (.head, .body): return end(.fail(.malformed("a body before a head")))
        case (.body(let bytes, let isReusable), .body(let part)):
            let sum = bytes + part.readableBytes
            phase = .body(bytes: sum, isReusable: isReusable)
            return sum > DeliveryLimits.answerBody.value.bytes ? end(.close) : .wait
        case (.body(_, let isReusable), .end):
            phase = isReusable ? .idle : .over
            return .finish(isReusable: isReusable)
        case (.body, .head), (.idle, _): return end(.close)
        case (.over, _): return .wait
        }
    }

    /// Takes note of an error, or of the connection's end when there is none.
    package mutating func fail(_ error: ExchangeError?) -> Action {
        switch phase {
        case .head: return end(.fail(error ?? .closed(received: received)))
        case .idle:
            if !hasBegun { earlyFailure = error }
            return end(.close)
        case .body: return end(.close)
        case .over: return .wait
        }
    }

    private mutating func receive(_ head: HTTPResponseHead, after informational: Int) -> Action {
        let status = Int(head.status.code)
        switch status {
        case ..<100, 101: return end(.fail(.status(status)))
        case 100..<200:
            guard informational < DeliveryLimits.informationalHeads.value else {
                return end(.fail(.informational(most: DeliveryLimits.informationalHeads.value)))
            }
            phase = .head(informational: informational + 1)
            return .wait
        default:
            phase = .body(bytes: 0, isReusable: head.isKeepAlive)
            return .answer(head)
        }
    }

    private mutating func end(_ action: Action) -> Action {
        phase = .over
        return action
    }
}
