import NIOCore

/// The part of a connection with TLS that gives the encryption answers in pieces of a record, each of which is sent at once.
///
/// The encryption gathers what it has made of all it was given, in memory that it keeps for as long as the connection lasts: a client that
/// has read a long answer would hold as much until it goes.
final class RecordPieces: ChannelOutboundHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = ByteBuffer

    /// Bytes of a piece, which with what the encryption adds are less than a record's 16 KiB.
    private static let longest = 15 << 10

    /// Bytes that were given and not sent.
    private var waiting = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .byteBuffer(var bytes) = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        while waiting + bytes.readableBytes > Self.longest, let piece = bytes.readSlice(length: Self.longest - waiting) {
            context.write(wrapOutboundOut(piece), promise: nil)
            flush(context: context)
        }
        waiting += bytes.readableBytes
        context.write(wrapOutboundOut(bytes), promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        waiting = 0
        context.flush()
    }
}
