public import ApusMetrics

extension NodeExporter {
    /// The clock and its synchronisation; collectors `time`, `timex` and `stat`.
    public enum Clock {
        public static let time = Gauge<NoLabels>("node_time_seconds", "The system's time, in seconds since the Unix epoch.")
        public static let bootTime = Gauge<NoLabels>(
            "node_boot_time_seconds", "When the system was booted, in seconds since the Unix epoch.")
        public static let synchronised = Gauge<NoLabels>(
            "node_timex_sync_status", "1 when something keeps the clock right, else 0.")
        public static let offset = Gauge<NoLabels>("node_timex_offset_seconds", "How far the clock is off its reference.")
        public static let estimatedError = Gauge<NoLabels>(
            "node_timex_estimated_error_seconds", "Estimated error of the clock.")
        public static let maximumError = Gauge<NoLabels>(
            "node_timex_maxerror_seconds", "Largest error that the clock may have.")

        static let families = [
            time.family, bootTime.family, synchronised.family, offset.family, estimatedError.family, maximumError.family,
        ]
    }
}
