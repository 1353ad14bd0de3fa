package import NIOCore

/// Stops a request whose first line does not end (``RequestErrors`` answers it), before a parser gathers more of it.
///
/// It comes between ``RequestTurns``, which lets the bytes of one request at a time through, and the parser.
package final class RequestLineLimit: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = IOData

    private let limit: Int
    /// The bytes of the line so far; nil past its end.
    private var length: Int? = 0
    private var isOver = false

    /// - Parameter limit: bytes of the line; RFC 9112 recommends 8,000 at least.
    package init(_ limit: Int) { self.limit = limit }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        if let soFar = length {
            let view = unwrapInboundIn(data).readableBytesView
            let end = view.firstIndex(of: UInt8(ascii: "\n"))
            let count = soFar + (end.map { $0 - view.startIndex } ?? view.count)
            guard count <= limit else {
                isOver = true
                return context.fireErrorCaught(RequestLineTooLong())
            }
            length = end == nil ? count : nil
        }
        context.fireChannelRead(data)
    }

    package func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        if case .answered? = event as? RequestStage { length = 0 }
        context.triggerUserOutboundEvent(event, promise: promise)
    }
}

/// The first line of a request goes past its limit.
package struct RequestLineTooLong: Error {}
