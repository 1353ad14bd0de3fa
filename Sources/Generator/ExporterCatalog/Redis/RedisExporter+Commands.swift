public import ApusMetrics

extension RedisExporter {
    /// Commands, their time and failures.
    public enum Commands {
        public static let processed = Counter<NoLabels>("redis_commands_processed_total", "Commands processed.")
        public static let calls = Counter<CommandLabels>("redis_commands_total", "Calls by command.")
        public static let duration = Counter<CommandLabels>(
            "redis_commands_duration_seconds_total", "Time that calls took, by command.")
        public static let failed = Counter<CommandLabels>(
            "redis_commands_failed_calls_total", "Calls that failed while they ran, by command.")
        public static let rejected = Counter<CommandLabels>(
            "redis_commands_rejected_calls_total", "Calls that were refused before they ran, by command.")
        public static let errorReplies = Counter<NoLabels>("redis_total_error_replies", "Answers that were errors.")
        public static let latency = Summary<CommandLabels>(
            "redis_latency_percentiles_usec", "Latency by command in microseconds; of Redis 7 and later.")
        public static let slowLogLength = Gauge<NoLabels>("redis_slowlog_length", "Entries of the slow log.")
        public static let slowLogID = Gauge<NoLabels>(
            "redis_slowlog_last_id", "Number of the newest entry of the slow log: its growth counts slow commands.")
        public static let lastSlowDuration = Gauge<NoLabels>(
            "redis_last_slow_execution_duration_seconds", "Duration of the newest entry of the slow log.")

        static let families = [
            processed.family, calls.family, duration.family, failed.family, rejected.family, errorReplies.family,
            latency.family, slowLogLength.family, slowLogID.family, lastSlowDuration.family,
        ]
    }

    public struct CommandLabels: LabelSet {
        public enum Key: String, LabelKey {
            case command = "cmd"
        }
        /// The command in lower case; a subcommand after a bar: `config|get`.
        public let command: String
        public init(command: String) {
            self.command = command
        }
        public subscript(key: Key) -> String { command }
    }
}
