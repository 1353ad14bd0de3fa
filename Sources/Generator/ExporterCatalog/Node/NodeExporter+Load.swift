public import ApusMetrics

extension NodeExporter {
    /// The kernel's load averages; collector `loadavg`.
    public enum Load {
        public static let oneMinute = Gauge<NoLabels>("node_load1", "Load average of one minute.")
        public static let fiveMinutes = Gauge<NoLabels>("node_load5", "Load average of five minutes.")
        public static let fifteenMinutes = Gauge<NoLabels>("node_load15", "Load average of fifteen minutes.")

        static let families = [
            oneMinute.family, fiveMinutes.family, fifteenMinutes.family,
        ]
    }
}
