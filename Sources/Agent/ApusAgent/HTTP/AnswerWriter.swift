import ApusHTTP
import NIOCore
import NIOHTTP1

/// Writes the answers of one server connection, and closes it after the last one.
///
/// The last answer is the one whose client wants no other, and the one that is under way when the client closes its side or the endpoint
/// stops.
final class AnswerWriter {
    /// From a request's head to the last byte of its answer.
    private var isBusy = false
    private var hasAnswered = false
    /// Whether the connection stays after the answer that is being written.
    private var keepsAlive = true
    /// No request follows: the endpoint stops, or the client has closed its side.
    private var isLast = false

    /// Notes that the head of a request has come.
    func begin() { isBusy = true }

    /// Settles before an answer is written whether the connection stays after it.
    ///
    /// - Parameter canStay: false where the rest of the request cannot be read.
    func settle(_ request: HTTPRequestHead, canStay: Bool = true) { keepsAlive = canStay && request.isKeepAlive && !isLast }

    /// Writes an answer whose bytes are all there.
    func write(
        _ answer: Answer, _ bytes: ByteBuffer, to request: HTTPRequestHead, _ context: ChannelHandlerContext,
        then: @escaping () -> Void = {}
    ) {
        writeHead(answer, to: request, .length(bytes.readableBytes), context)
        if request.method != .HEAD, answer.status.mayHaveBody { write(bytes, context) }
        end(context, then: then)
    }

    /// How a client finds the end of an answer.
    enum Framing {
        /// By its length in bytes.
        case length(Int)
        /// By its chunks; in HTTP/1.0, which has none, by the end of the connection.
        case pieces
        /// The answer has no body.
        case none
    }

    /// Writes the beginning of an answer.
    func writeHead(_ answer: Answer, to request: HTTPRequestHead, _ framing: Framing, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders()
        if answer.status.mayHaveBody {
            headers.add(name: "Content-Type", value: answer.contentType)
            switch framing {
            case .length(let count): headers.add(name: "Content-Length", value: "\(count)")
            case .pieces where request.version == .http1_1: headers.add(name: "Transfer-Encoding", value: "chunked")
            case .pieces: keepsAlive = false
            case .none: break
            }
        }
        headers.add(name: "Server", value: "apus-agent")
        for (name, value) in answer.headers { headers.add(name: name, value: value) }
        if !keepsAlive { headers.add(name: "Connection", value: "close") }
        write(.head(HTTPResponseHead(version: request.version, status: answer.status, headers: headers)), context)
    }

    /// Writes a piece of an answer's body.
    func write(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard bytes.readableBytes > 0 else { return }
        write(.body(.byteBuffer(bytes)), context)
    }

    /// Writes a piece of an answer's body and sends it.
    ///
    /// - Parameter then: called when its last byte is with the kernel, or will never be.
    func send(_ bytes: ByteBuffer, _ context: ChannelHandlerContext, then: @escaping () -> Void) {
        context.writeAndFlush(NIOAny(HTTPServerResponsePart.body(.byteBuffer(bytes)))).assumeIsolated().whenComplete { _ in
            then()
        }
    }

    private func write(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
        context.write(NIOAny(part), promise: nil)
    }

    /// Ends an answer.
    ///
    /// - Parameter then: called when its last byte is with the kernel, or will never be.
    func end(_ context: ChannelHandlerContext, then: @escaping () -> Void = {}) {
        let channel = context.channel
        context.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil))).assumeIsolated().whenComplete { [self] _ in
            isBusy = false
            hasAnswered = true
            then()
            if !keepsAlive || isLast { channel.close(promise: nil) }
        }
    }

    /// Notes that no request follows, where an event says so.
    ///
    /// - Returns: whether the event says so.
    func take(_ event: Any, _ context: ChannelHandlerContext) -> Bool {
        let isOver: Bool
        switch event {
        case let step as DrainStep: isOver = hasAnswered || step == .silent
        // The requests before it are answered first (``RequestTurns``); of one that is not whole, RequestErrors says so.
        case let event as ChannelEvent where event == .inputClosed: isOver = true
        default: return false
        }
        isLast = true
        if isOver, !isBusy { context.close(promise: nil) }
        return true
    }
}

extension HTTPResponseStatus {
    /// Whether an answer has a body, which may be empty (RFC 9110, section 6.4.1).
    fileprivate var mayHaveBody: Bool { self != .noContent && self != .notModified }
}
