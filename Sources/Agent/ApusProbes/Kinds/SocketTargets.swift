import ApusLinux

/// A port of TCP that should take connections.
package struct TCPTarget: Sendable, Hashable {
    package var host: String
    package var port: Int
    /// How TLS is spoken; nil for none.
    package var tls: ProbeTLS?

    package init(host: String, port: Int, tls: ProbeTLS? = nil) {
        self.host = host
        self.port = port
        self.tls = tls
    }
}

/// A Unix socket that should take connections.
package struct UnixTarget: Sendable, Hashable {
    /// What a socket takes: a stream, single messages, or messages of a connection (unix(7)).
    package enum Form: String, Sendable, CaseIterable { case stream, datagram, seqpacket }

    /// The path, or with a leading `@` an abstract name.
    package var path: String
    package var form: Form

    package init(path: String, form: Form = .stream) {
        self.path = path
        self.form = form
    }

    /// As socket(2) has it.
    var type: Int32 {
        switch form {
        case .stream: ConnectedUnixSocket.stream
        case .datagram: ConnectedUnixSocket.datagram
        case .seqpacket: ConnectedUnixSocket.seqpacket
        }
    }
}
