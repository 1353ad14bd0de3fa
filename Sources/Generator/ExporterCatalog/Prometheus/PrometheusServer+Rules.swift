public import ApusMetrics

extension PrometheusServer {
    /// Evaluation of rules, by group.
    public enum Rules {
        public static let evaluations = Counter<RuleGroupLabels>("prometheus_rule_evaluations_total", "Rules evaluated.")
        public static let failures = Counter<RuleGroupLabels>(
            "prometheus_rule_evaluation_failures_total", "Rules whose evaluation failed.")
        public static let missed = Counter<RuleGroupLabels>(
            "prometheus_rule_group_iterations_missed_total",
            "Evaluations of the group left out because the last one took too long.")
        public static let duration = Gauge<RuleGroupLabels>(
            "prometheus_rule_group_last_duration_seconds", "Time that the last evaluation of the group took.")
        public static let interval = Gauge<RuleGroupLabels>(
            "prometheus_rule_group_interval_seconds", "Time between evaluations of the group.")
        public static let lastEvaluation = Gauge<RuleGroupLabels>(
            "prometheus_rule_group_last_evaluation_timestamp_seconds",
            "When the group was evaluated last, in seconds since the Unix epoch.")

        static let families = [
            evaluations.family, failures.family, missed.family, duration.family, interval.family, lastEvaluation.family,
        ]
    }

    public struct RuleGroupLabels: LabelSet {
        public enum Key: String, LabelKey {
            case group = "rule_group"
        }
        /// File and name of the group, with a semicolon between them.
        public let group: String
        public init(group: String) {
            self.group = group
        }
        public subscript(key: Key) -> String { group }
    }
}
