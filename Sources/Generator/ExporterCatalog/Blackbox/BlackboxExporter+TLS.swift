public import ApusMetrics

extension BlackboxExporter {
    /// Certificates, where a probe went over TLS.
    public enum TLS {
        public static let earliestExpiry = Gauge<NoLabels>(
            "probe_ssl_earliest_cert_expiry",
            "When the first certificate of those sent expires, in seconds since the Unix epoch.")
        public static let chainExpiry = Gauge<NoLabels>(
            "probe_ssl_last_chain_expiry_timestamp_seconds",
            "When the chain that lasts longest expires; negative when no chain was verified.")
        public static let certificate = Gauge<CertificateLabels>(
            "probe_ssl_last_chain_info", "Always 1; facts of the server's certificate are in the labels.")
        public static let version = Gauge<TLSLabels>("probe_tls_version_info", "Always 1; the version of TLS is in the label.")

        static let families = [
            earliestExpiry.family, chainExpiry.family, certificate.family, version.family,
        ]
    }

    public struct CertificateLabels: LabelSet {
        public enum Key: String, LabelKey {
            case fingerprint = "fingerprint_sha256"
            case issuer
            case subject
            case alternatives = "subjectalternative"
        }
        public let fingerprint: String
        public let issuer: String
        public let subject: String
        public let alternatives: String
        public init(fingerprint: String, issuer: String, subject: String, alternatives: String) {
            self.fingerprint = fingerprint
            self.issuer = issuer
            self.subject = subject
            self.alternatives = alternatives
        }
        public subscript(key: Key) -> String {
            switch key {
            case .fingerprint: fingerprint
            case .issuer: issuer
            case .subject: subject
            case .alternatives: alternatives
            }
        }
    }

    public struct TLSLabels: LabelSet {
        public enum Key: String, LabelKey { case version }
        public let version: String
        public init(version: String) {
            self.version = version
        }
        public subscript(key: Key) -> String { version }
    }
}
