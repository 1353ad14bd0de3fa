/// A TLS certificate and its key, by their paths.
public struct Certificate: Hashable, Sendable {
    public let certificatePath: String
    public let keyPath: String
    /// Where TLS is served.
    public let port: Int
    /// Where blackbox_exporter looks at it from outside, for its expiry; nil when nobody does.
    public let proberPort: Int?

    public init(certificatePath: String, keyPath: String, port: Int = 8443, proberPort: Int? = 9115) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.port = port
        self.proberPort = proberPort
    }
}
