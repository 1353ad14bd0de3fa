import ApusHTTP
import Glibc
package import NIOCore
import NIOHTTP1
import NIOSSL

/// Why a request to a receiver got no answer that counts.
package enum ExchangeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The time was up; whether there was a connection by then.
    case timeout(Duration, isConnected: Bool)
    /// No address could be connected to; the text is the last one's.
    case noConnection(String)
    /// The worker's own machine could not connect to anybody: no descriptors, no memory, no ports, no network.
    case ownFault(String)
    /// The connection ended after so many bytes of an answer.
    case closed(received: Int)
    /// A status below 100, or 101: the request asked for no other protocol.
    case status(Int)
    case informational(most: Int)
    case longHead(most: Int)
    /// The bytes are no HTTP.
    case malformed(String)
    case security(String)

    package var description: String {
        switch self {
        case .timeout(let time, true): "no answer within \(time)"
        case .timeout(let time, false): "no connection within \(time)"
        case .noConnection(let reason): "no connection: \(reason)"
        case .ownFault(let reason): "the worker could not connect: \(reason)"
        case .closed(0): "the receiver closed the connection without an answer"
        case .closed(let bytes): "the receiver closed the connection after \(bytes) bytes of its answer's head"
        case .status(101): "the receiver answered 101 Switching Protocols, which nobody asked for"
        case .status(let status):
            "the receiver answered with the status \(Self.threeDigits(status)), which is none of HTTP (RFC 9110, section 15)"
        case .informational(let most): "the receiver sent more than \(most) informational answers (1xx) and no final one"
        case .longHead(let most): "the receiver's answer has more than \(most) bytes before its body"
        case .malformed(let fault): "the receiver's answer is no HTTP/1.1: \(fault)"
        case .security(let fault): "no secure connection: \(fault)"
        }
    }

    /// Whether the answer was refused for what it says, and not for its absence.
    var isRefusal: Bool {
        switch self {
        case .status, .informational, .longHead, .malformed: true
        case .timeout, .noConnection, .ownFault, .closed, .security: false
        }
    }

    private static func threeDigits(_ status: Int) -> String {
        let text = "\(status)"
        return String(repeating: "0", count: max(0, 3 - text.utf8.count)) + text
    }

    /// Reads an error of connecting.
    package static func connecting(_ error: IOError) -> ExchangeError {
        let own = [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, ENETDOWN, ENETUNREACH]
        let reason = NetworkErrorText.asking(error, at: "the receiver's address")
        return own.contains(error.errnoCode) ? .ownFault(reason) : .noConnection(reason)
    }

    /// Reads an error of a connection that is established.
    static func of(_ error: any Error, received: Int) -> ExchangeError {
        switch error {
        case let error as ExchangeError: error
        case HTTPParserError.invalidEOFState: .closed(received: received)
        case is HTTPParserError, is NIOHTTPDecoderError: .malformed(Self.text(error))
        case NIOSSLError.uncleanShutdown: .closed(received: received)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: .security(SecurityFault.text(error))
        // A reset, or a write to what the receiver has closed.
        case is IOError, is ChannelError: .closed(received: received)
        default: .malformed(Self.text(error))
        }
    }

    /// The text of somebody else's error, bounded.
    static func text(_ error: any Error) -> String { String("\(error)".prefix(200)) }
}
