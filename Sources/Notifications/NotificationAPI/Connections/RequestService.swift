import ApusHTTP
import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// Answers the requests of connections by the routes of a router.
final class RequestService: Sendable {
    private let responder: RouterResponder<BasicRequestContext>
    private let logger: Logger
    private let date = HTTPDateText()
    private let open = Mutex<(count: Int, waiter: CheckedContinuation<Void, Never>?)>((0, nil))

    init(_ responder: RouterResponder<BasicRequestContext>, logger: Logger) {
        self.responder = responder
        self.logger = logger
    }

    /// HTTP/1.1 whose requests come here.
    func http(_ configuration: HTTP1Channel.Configuration) -> HTTP1Channel {
        HTTP1Channel(
            responder: { [self] request, writer, channel in try await answer(request, writer, channel) },
            configuration: configuration)
    }

    /// Answers the requests of a peer's connection until it ends; returns at once.
    func serve(_ connection: HTTP1Channel.Value, of peer: ConnectionPeer, by http: HTTP1Channel) {
        open.withLock { $0.count += 1 }
        Task {
            await RequestPeer.$current.withValue(peer) { await http.handle(value: connection, logger: logger) }
            let waiter = open.withLock { open in
                open.count -= 1
                return open.count == 0 ? open.waiter.take() : nil
            }
            waiter?.resume()
        }
    }

    /// Returns once no request is worked on any more, when all connections are closed.
    func allEnded() async {
        await withCheckedContinuation { continuation in
            let isDone = open.withLock { open in
                if open.count > 0 { open.waiter = continuation }
                return open.count == 0
            }
            if isDone { continuation.resume() }
        }
    }

    private func answer(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        var logger = logger
        logger[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
        let context = BasicRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        var response: Response
        do { response = try await responder.respond(to: request, context: context) } catch let error as HTTPParserError {
            throw error
        } catch {
            logger.debug("a request failed", metadata: ["reason": "\(error)"])
            response = Response(status: .internalServerError)
        }
        response.headers[.date] = date.now
        do { try await writer.write(response: response.head, body: response.body) } catch is HTTPParserError {
            // An answer has begun: there is to be no second one that says 400.
            throw ChannelError.inputClosed
        }
    }
}

/// The time of the field `Date`, which is written once a second (RFC 9110, section 5.6.7).
private final class HTTPDateText: Sendable {
    private let last = Mutex<(second: time_t, text: String)>((0, ""))

    var now: String {
        let second = time(nil)
        return last.withLock { last in
            if last.second != second { last = (second, Self.text(second)) }
            return last.text
        }
    }

    private static func text(_ second: time_t) -> String {
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        // In the locale C, which is that of a process that sets none.
        var text = [CChar](repeating: 0, count: 64)
        let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
