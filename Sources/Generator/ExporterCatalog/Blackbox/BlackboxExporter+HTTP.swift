public import ApusMetrics

extension BlackboxExporter {
    /// Probes of the prober `http`.
    public enum HTTP {
        public static let status = Gauge<NoLabels>("probe_http_status_code", "Status of the answer; 0 without one.")
        public static let duration = Gauge<PhaseLabels>(
            "probe_http_duration_seconds", "Time of each phase, over all redirects.")
        public static let redirects = Gauge<NoLabels>("probe_http_redirects", "Redirects that were followed.")
        public static let encrypted = Gauge<NoLabels>("probe_http_ssl", "1 when the last answer came over TLS, else 0.")
        public static let version = Gauge<NoLabels>("probe_http_version", "Version of HTTP: 1.1, 2.")
        public static let length = Gauge<NoLabels>(
            "probe_http_content_length", "Length that the answer's head tells; -1 when it does not.")
        public static let bodyLength = Gauge<NoLabels>("probe_http_uncompressed_body_length", "Length of the answer's body.")
        public static let failedByExpression = Gauge<NoLabels>(
            "probe_failed_due_to_regex", "1 when the body was not as the module's expressions want it, else 0.")

        static let families = [
            status.family, duration.family, redirects.family, encrypted.family, version.family, length.family,
            bodyLength.family, failedByExpression.family,
        ]
    }

    public struct PhaseLabels: LabelSet {
        public enum Key: String, LabelKey { case phase }
        /// Of HTTP: `resolve`, `connect`, `tls`, `processing`, `transfer`.
        public let phase: String
        public init(phase: String) {
            self.phase = phase
        }
        public subscript(key: Key) -> String { phase }
    }
}
