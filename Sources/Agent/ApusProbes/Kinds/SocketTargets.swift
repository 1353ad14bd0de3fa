/// A port of TCP that should take connections.
package struct TCPTarget: Sendable, Hashable {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
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
}
