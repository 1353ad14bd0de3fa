package import NIOCore

/// When responses are compressed for clients that take that.
package enum CompressionPolicy: String, Sendable, CaseIterable {
    /// For clients on other hosts: on the same one the bytes cost less than the compression of them.
    case remote
    case always
    case never

    /// - Parameter address: the client's; `nil` when nobody knows it. One without an IP address is a Unix socket's.
    package func applies(to address: SocketAddress?) -> Bool {
        switch self {
        case .always: return true
        case .never: return false
        case .remote:
            guard let address else { return true }
            guard let text = address.ipAddress else { return false }
            return !text.hasPrefix("127.") && text != "::1" && !text.hasPrefix("::ffff:127.")
        }
    }
}
