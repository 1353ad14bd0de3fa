public import ApusMetrics

extension AlertmanagerServer {
    /// Alerts that came in, and silences.
    public enum Alerts {
        public static let alerts = Gauge<StateLabels>("alertmanager_alerts", "Alerts by state.")
        public static let silences = Gauge<StateLabels>("alertmanager_silences", "Silences by state.")
        public static let received = Counter<StatusLabels>("alertmanager_alerts_received_total", "Alerts received.")
        public static let invalid = Counter<VersionLabels>(
            "alertmanager_alerts_invalid_total", "Alerts received that were malformed.")

        static let families = [
            alerts.family, silences.family, received.family, invalid.family,
        ]
    }

    public struct StateLabels: LabelSet {
        public enum Key: String, LabelKey { case state }
        /// The state: of alerts `active`, `suppressed`, `unprocessed`; of silences `active`, `pending`, `expired`.
        public let state: String
        public init(state: String) {
            self.state = state
        }
        public subscript(key: Key) -> String { state }
    }

    public struct StatusLabels: LabelSet {
        public enum Key: String, LabelKey { case status, version }
        /// `firing` or `resolved`.
        public let status: String
        /// The version of the interface: `v1` or `v2`.
        public let version: String
        public init(status: String, version: String) {
            self.status = status
            self.version = version
        }
        public subscript(key: Key) -> String {
            switch key {
            case .status: status
            case .version: version
            }
        }
    }

    public struct VersionLabels: LabelSet {
        public enum Key: String, LabelKey { case version }
        /// The version of the interface: `v1` or `v2`.
        public let version: String
        public init(version: String) {
            self.version = version
        }
        public subscript(key: Key) -> String { version }
    }
}
