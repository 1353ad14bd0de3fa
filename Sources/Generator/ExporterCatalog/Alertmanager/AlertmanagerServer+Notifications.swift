public import ApusMetrics

extension AlertmanagerServer {
    /// Notifications by integration.
    public enum Notifications {
        public static let sent = Counter<IntegrationLabels>("alertmanager_notifications_total", "Notifications attempted.")
        public static let failed = Counter<IntegrationLabels>(
            "alertmanager_notifications_failed_total", "Notifications given up.")
        public static let requests = Counter<IntegrationLabels>(
            "alertmanager_notification_requests_total", "Requests to integrations.")
        public static let requestsFailed = Counter<IntegrationLabels>(
            "alertmanager_notification_requests_failed_total", "Requests to integrations that failed.")
        public static let latency = Histogram<IntegrationLabels>(
            "alertmanager_notification_latency_seconds", "Time of notifications.", buckets: [1, 5, 10, 15, 20])

        static let families = [
            sent.family, failed.family, requests.family, requestsFailed.family, latency.family,
        ]
    }

    public struct IntegrationLabels: LabelSet {
        public enum Key: String, LabelKey { case integration }
        /// `webhook`, `email` and others.
        public let integration: String
        public init(integration: String) {
            self.integration = integration
        }
        public subscript(key: Key) -> String { integration }
    }
}
