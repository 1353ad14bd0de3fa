import ApusLimits
import NIOCore

/// Bounds the bytes that come over a connection in answer to one request, whatever they are: a page's own, and those of heads, chunks and
/// answers that are only under way.
final class WireLimit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    struct Overflow: Error {}

    /// What is sent in small chunks has several bytes around each.
    private static let most = 2 * ScrapeLimits.body.value.bytes + ScrapeLimits.head.value.bytes
    private var left = WireLimit.most

    /// Begins anew, with a request.
    func reset() { left = Self.most }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        left -= unwrapInboundIn(data).readableBytes
        guard left >= 0 else { return context.fireErrorCaught(Overflow()) }
        context.fireChannelRead(data)
    }
}
