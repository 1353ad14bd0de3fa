import NIOCore

/// Gives the lines of an answer's head the ends that HTTP/1.1 has, where a service ends them with a bare line feed: RFC 9112 lets a
/// recipient take that (section 2.2), and the parser does not.
///
/// What follows the head is passed on as it is.
final class HeadLineEnds: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var isInHead = true
    /// Whether the line is the first of its head.
    private var isFirst = true
    /// The first bytes of the first line, as far as the kind of its status.
    private var beginning: [UInt8] = []
    /// Bytes of the line so far.
    private var length = 0
    private var last: UInt8 = 0

    /// Begins anew, with a request.
    func reset() {
        isInHead = true
        beginHead()
    }

    private func beginHead() {
        (isFirst, beginning, length, last) = (true, [], 0, 0)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard isInHead else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        var mended = context.channel.allocator.buffer(capacity: bytes.readableBytes + 64)
        while isInHead, let byte: UInt8 = bytes.readInteger() { take(byte, &mended) }
        mended.writeBuffer(&bytes)
        context.fireChannelRead(wrapInboundOut(mended))
    }

    private func take(_ byte: UInt8, _ mended: inout ByteBuffer) {
        defer { last = byte }
        guard byte == UInt8(ascii: "\n") else {
            if isFirst, beginning.count < 10 { beginning.append(byte) }
            if byte != UInt8(ascii: "\r") { length += 1 }
            mended.writeInteger(byte)
            return
        }
        if last != UInt8(ascii: "\r") { mended.writeInteger(UInt8(ascii: "\r")) }
        mended.writeInteger(byte)
        guard length == 0, !isFirst else {
            if length > 0 { isFirst = false }
            length = 0
            return
        }
        // Another head follows what is only under way: HTTP/1.1 1xx.
        isInHead = beginning.count == 10 && beginning[9] == UInt8(ascii: "1")
        beginHead()
    }
}
