import AgentMetrics
import ApusLinux
import ApusText
import Glibc
import NIOCore
import NIOPosix

extension ProbeFailure {
    /// Why a server takes no connection.
    ///
    /// - Parameter place: what was asked, such as `127.0.0.1:6379`.
    package static func connecting(_ error: any Error, to place: String) -> ProbeFailure {
        switch error {
        case let failure as ProbeFailure: failure
        case let error as IOError: connecting(error.errnoCode, to: place)
        case ChannelError.connectTimeout: ProbeFailure(.timeout, "\(place) takes no connection in time: \(silent)")
        case ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed, ChannelError.eof:
            ProbeFailure(.connection, "\(place) closed the connection: see the server's log")
        default: ProbeFailure(.connection, "\(place) cannot be asked: \("\(error)".quotedExcerpt(200))")
        }
    }

    /// Why a server takes no connection, by the errno.
    package static func connecting(_ code: Int32, to place: String) -> ProbeFailure {
        let words = SocketErrorText.connecting(code, to: place)
        switch code {
        case ECONNREFUSED: return ProbeFailure(.connection, "\(words): start the server, or write where it listens")
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN:
            return ProbeFailure(.connection, "\(words): see `ip route get`, and whether the host is up")
        case ETIMEDOUT: return ProbeFailure(.timeout, "\(words): \(silent)")
        case ECONNRESET, EPIPE, ECONNABORTED: return ProbeFailure(.connection, "\(words): see the server's log")
        case EMFILE, ENFILE: return .lacking("descriptors to connect to \(place)")
        case ENOMEM, ENOBUFS: return .lacking("memory to connect to \(place)")
        case EADDRNOTAVAIL:
            return ProbeFailure(
                .agent,
                "no local port is left to connect to \(place), or this host has no such address: see net.ipv4.ip_local_port_range"
            )
        case EAFNOSUPPORT, EPROTONOSUPPORT:
            return ProbeFailure(
                .agent, "the agent may make no socket to connect to \(place): see RestrictAddressFamilies= of its unit")
        case EPERM, EACCES:
            return ProbeFailure(
                .connection, "the agent may not connect to \(place): see IPAddressDeny= of its unit, and the host's firewall")
        default: return ProbeFailure(.connection, "\(place) cannot be connected to: \(words)")
        }
    }

    private static let silent = "see whether a firewall drops packets, and whether the server still accepts connections"
}
