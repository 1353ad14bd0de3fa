public import ApusMetrics

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
