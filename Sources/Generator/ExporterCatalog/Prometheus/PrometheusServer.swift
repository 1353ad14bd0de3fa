public import ApusMetrics

/// Prometheus, as it serves itself.
public enum PrometheusServer {
    /// The exporter's name, the version that its families were read from, and these.
    public static let exporter = Exporter(
        name: "prometheus", version: "2.42.0",
        subsystems: [
            ("Configuration and scrapes", Configuration.families),
            ("Storage", Storage.families),
            ("Rules", Rules.families),
            ("Notifications", Notifications.families),
            ("Remote write", RemoteWrite.families),
            ("Queries", Queries.families),
        ])

    /// The scrape job of all its targets, and so the label `job` of what they serve.
    public static let job = "prometheus"

    /// Every family of the exporter.
    public static var families: [MetricFamily] { exporter.families }
}

extension PrometheusServer {
    /// Queries and the HTTP interface.
    public enum Queries {
        public static let underWay = Gauge<NoLabels>("prometheus_engine_queries", "Queries that run or wait.")
        public static let limit = Gauge<NoLabels>("prometheus_engine_queries_concurrent_max", "Most queries that run at once.")
        public static let requestDuration = Histogram<HandlerLabels>(
            "prometheus_http_request_duration_seconds", "Time of HTTP requests by path.",
            buckets: [0.1, 0.2, 0.4, 1, 3, 8, 20, 60, 120])

        static let families = [
            underWay.family, limit.family, requestDuration.family,
        ]
    }

    public struct HandlerLabels: LabelSet {
        public enum Key: String, LabelKey { case handler }
        public let handler: String
        public init(handler: String) {
            self.handler = handler
        }
        public subscript(key: Key) -> String { handler }
    }
}
