public import ApusMetrics

extension PrometheusServer {
    /// Samples on their way to another storage; served where `remote_write` is configured.
    public enum RemoteWrite {
        public static let samples = Counter<RemoteLabels>("prometheus_remote_storage_samples_total", "Samples sent.")
        public static let failures = Counter<RemoteLabels>(
            "prometheus_remote_storage_samples_failed_total", "Samples given up.")
        public static let dropped = Counter<RemoteLabels>(
            "prometheus_remote_storage_samples_dropped_total", "Samples dropped before they were sent.")
        public static let pending = Gauge<RemoteLabels>(
            "prometheus_remote_storage_samples_pending", "Samples that wait to be sent.")
        public static let shards = Gauge<RemoteLabels>("prometheus_remote_storage_shards", "Connections in use.")
        public static let shardsDesired = Gauge<RemoteLabels>(
            "prometheus_remote_storage_shards_desired", "Connections that would be needed.")
        public static let shardsLimit = Gauge<RemoteLabels>("prometheus_remote_storage_shards_max", "Most connections.")

        static let families = [
            samples.family, failures.family, dropped.family, pending.family, shards.family, shardsDesired.family,
            shardsLimit.family,
        ]
    }

    public struct RemoteLabels: LabelSet {
        public enum Key: String, LabelKey {
            case name = "remote_name"
            case url
        }
        public let name: String
        public let url: String
        public init(name: String, url: String) {
            self.name = name
            self.url = url
        }
        public subscript(key: Key) -> String {
            switch key {
            case .name: name
            case .url: url
            }
        }
    }
}
