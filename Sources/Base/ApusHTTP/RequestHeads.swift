package import NIOCore
package import NIOHTTP1

/// Lets the heads through that a server can go by, and has those answered with 400 that HTTP/1.1 forbids.
///
/// - A target is ASCII (RFC 3986); one in absolute form becomes one in origin form, and its authority the `Host` (RFC 9112, section 3.2.2).
/// - There is one `Host` at most, and it has the form of one.
/// - The fields by which servers decide are ASCII. Swift compares other texts in their normal form, which takes the square of the time
///   that a run of combining marks is long.
/// - `Upgrade` is ignored, and `CONNECT` is a method like others. The parser reads nothing after such a request, so that the connection
///   ends with its answer, and the answer says so.
///
/// It comes where one request is handed out at a time, and before whoever answers an `HTTPParserError`.
package final class RequestHeads: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    private var isRefused = false
    /// The parser has stopped.
    private var isLast = false

    package init() {}

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        guard case .head(let head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        guard let sound = Self.sound(head) else {
            isRefused = true
            return context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
        }
        isLast = head.method == .CONNECT || head.headers.contains(name: "upgrade")
        context.fireChannelRead(wrapInboundOut(.head(sound)))
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isLast else { return context.write(data, promise: promise) }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if head.status.code >= 200 { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            let promise = promise ?? context.eventLoop.makePromise()
            let channel = context.channel
            promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
            context.write(data, promise: promise)
        }
    }

    /// The head as servers read it; nil for one that HTTP/1.1 forbids.
    private static func sound(_ head: HTTPRequestHead) -> HTTPRequestHead? {
        var head = head
        guard !head.uri.isEmpty, head.uri.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        if let target = AbsoluteTarget(head.uri) {
            guard let authority = target.authority else { return nil }
            head.uri = head.method == .OPTIONS && target.path == "/" && !target.hasPath ? "*" : target.path
            head.headers.replaceOrAdd(name: "Host", value: authority)
        }
        let hosts = head.headers["host"]
        guard hosts.count <= 1, hosts.allSatisfy(AbsoluteTarget.isAuthority) else { return nil }
        for name in deciding {
            guard head.headers[name].allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } }) else { return nil }
        }
        return head
    }

    /// The fields that servers go by, apart from those of which they take what they know.
    private static let deciding = ["connection", "content-encoding", "content-length", "content-type", "expect"]
}

/// A request's target with a scheme, such as proxies are sent.
private struct AbsoluteTarget {
    /// Nil where it is none.
    let authority: String?
    /// The path and the query, with a slash before them.
    let path: String
    let hasPath: Bool

    /// - Returns: nil for a target of another form.
    init?(_ target: String) {
        guard let scheme = ["http://", "https://"].first(where: { target.prefix($0.utf8.count).lowercased() == $0 }) else {
            return nil
        }
        let rest = target.utf8.dropFirst(scheme.utf8.count)
        let ends = [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")]
        let end = rest.firstIndex(where: ends.contains) ?? rest.endIndex
        let authority = String(Substring(rest[..<end]))
        self.authority = !authority.isEmpty && Self.isAuthority(authority) ? authority : nil
        let path = String(Substring(rest[end...]))
        hasPath = path.hasPrefix("/")
        self.path = hasPath ? path : "/" + path
    }

    /// Whether a text is a host with a port perhaps, or nothing, as `Host` may be.
    static func isAuthority(_ text: String) -> Bool {
        text.utf8.count <= longest
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: marks.contains(byte)
                }
            }
    }

    /// The longest name, of 253 bytes and a dot, and a port.
    private static let longest = 260
    /// The characters of RFC 3986, section 3.2, without the comma, by which lists are written.
    private static let marks = Array("-._~!$&'()*+;=:[]%".utf8)
}
