public import ApusMetrics

/// Probes of HTTP, TCP and TLS from outside, as blackbox_exporter serves them: the expiry of certificates is among them.
public enum BlackboxExporter {
    /// The exporter's name, the version that its families were read from, and these.
    public static let exporter = Exporter(
        name: "blackbox_exporter", version: "0.23.0",
        subsystems: [
            ("Probes", Probe.families),
            ("Probes of HTTP", HTTP.families),
            ("Probes over TLS", TLS.families),
            ("The exporter", Configuration.families),
        ])

    /// The scrape job of all its targets, and so the label `job` of what they serve.
    public static let job = "blackbox"

    /// Every family of the exporter.
    public static var families: [MetricFamily] { exporter.families }
}

extension BlackboxExporter {
    /// Every probe; the path `/probe`.
    public enum Probe {
        public static let succeeded = Gauge<NoLabels>("probe_success", "1 when the probe succeeded, else 0.")
        public static let duration = Gauge<NoLabels>("probe_duration_seconds", "Time that the probe took.")
        public static let lookupDuration = Gauge<NoLabels>(
            "probe_dns_lookup_time_seconds", "Time that the look-up of the name took.")
        public static let addressHash = Gauge<NoLabels>(
            "probe_ip_addr_hash", "A number made of the address: it changes with it.")
        public static let addressFamily = Gauge<NoLabels>("probe_ip_protocol", "4 or 6.")

        static let families = [
            succeeded.family, duration.family, lookupDuration.family, addressHash.family, addressFamily.family,
        ]
    }
}

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
        /// The phase of HTTP: `resolve`, `connect`, `tls`, `processing`, `transfer`.
        public let phase: String
        public init(phase: String) {
            self.phase = phase
        }
        public subscript(key: Key) -> String { phase }
    }
}

extension BlackboxExporter {
    /// The exporter itself and its configuration; the path `/metrics`.
    public enum Configuration {
        public static let build = Gauge<GoBuildLabels>(
            "blackbox_exporter_build_info", "Always 1; the version is in the labels.")
        public static let loaded = Gauge<NoLabels>(
            "blackbox_exporter_config_last_reload_successful", "1 when its configuration was taken the last time, else 0.")
        public static let loadTime = Gauge<NoLabels>(
            "blackbox_exporter_config_last_reload_success_timestamp_seconds",
            "When its configuration was taken last, in seconds since the Unix epoch.")
        public static let unknownModules = Counter<NoLabels>(
            "blackbox_module_unknown_total", "Probes that asked for a module that is not there.")

        static let families = [
            build.family, loaded.family, loadTime.family, unknownModules.family,
        ]
    }
}
