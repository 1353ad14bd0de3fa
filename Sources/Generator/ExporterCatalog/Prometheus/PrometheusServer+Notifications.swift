public import ApusMetrics

extension PrometheusServer {
    /// Alerts on their way to Alertmanager.
    public enum Notifications {
        public static let alertmanagers = Gauge<NoLabels>(
            "prometheus_notifications_alertmanagers_discovered", "Alertmanagers that are known.")
        public static let queue = Gauge<NoLabels>("prometheus_notifications_queue_length", "Alerts that wait to be sent.")
        public static let queueLimit = Gauge<NoLabels>(
            "prometheus_notifications_queue_capacity", "Most alerts that wait to be sent.")
        public static let sent = Counter<AlertmanagerLabels>("prometheus_notifications_sent_total", "Alerts sent.")
        public static let errors = Counter<AlertmanagerLabels>(
            "prometheus_notifications_errors_total", "Attempts to send alerts that failed.")
        public static let dropped = Counter<NoLabels>(
            "prometheus_notifications_dropped_total", "Alerts dropped because no Alertmanager took them.")

        static let families = [
            alertmanagers.family, queue.family, queueLimit.family, sent.family, errors.family, dropped.family,
        ]
    }

    public struct AlertmanagerLabels: LabelSet {
        public enum Key: String, LabelKey { case alertmanager }
        /// The address of the Alertmanager.
        public let alertmanager: String
        public init(alertmanager: String) {
            self.alertmanager = alertmanager
        }
        public subscript(key: Key) -> String { alertmanager }
    }
}
