import ApusLinux
import NIOCore
import NIOPosix

/// What errors of NIO, and of the HTTP client on it, mean to a person.
package enum NetworkErrorText {
    /// The reason for which a server could not be asked.
    ///
    /// - Parameter place: what was asked, such as `127.0.0.1:9480` or a URL.
    package static func asking(_ error: any Error, at place: String) -> String {
        switch error {
        case let error as IOError: SocketErrorText.connecting(error.errnoCode, to: place)
        case let error as NIOConnectionError:
            if let last = error.connectionErrors.last {
                asking(last.error, at: "\(error.host):\(error.port)")
            } else {
                unknown(error.host)
            }
        case let error as SocketAddressError.UnknownHost: unknown(error.host)
        case ChannelError.connectTimeout: "\(place) takes no connection in time"
        default: ofClient("\(error)", place) ?? "\(error)"
        }
    }

    /// The reason for which a server could not listen.
    package static func listening(_ error: any Error) -> String {
        switch error {
        case let error as IOError: SocketErrorText.listening(error.errnoCode)
        case let error as SocketFailure: SocketErrorText.listening(error.code)
        case let error as SocketAddressError.UnknownHost: unknown(error.host)
        default: "\(error)"
        }
    }

    private static func unknown(_ host: String) -> String {
        "no host \(host) is known: look for the name in /etc/hosts, and at the name server"
    }

    /// Errors of AsyncHTTPClient, by their descriptions: an agent, which links this module, links no client.
    private static func ofClient(_ description: String, _ place: String) -> String? {
        switch description {
        case "HTTPClientError.connectTimeout": "\(place) takes no connection in time"
        case "HTTPClientError.deadlineExceeded", "HTTPClientError.readTimeout": "\(place) does not answer in time"
        case "HTTPClientError.remoteConnectionClosed": "\(place) closed the connection before its answer"
        case "HTTPClientError.invalidURL", "HTTPClientError.emptyHost", "HTTPClientError.emptyScheme":
            "\(place) is no URL: write http://HOST:PORT"
        default: nil
        }
    }
}
