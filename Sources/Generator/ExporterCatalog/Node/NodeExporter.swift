public import ApusMetrics

/// The machine: processors, memory, disks, network, clock, as node_exporter serves them.
public enum NodeExporter {
    /// The exporter's name, the version that its families were read from, and these.
    public static let exporter = Exporter(
        name: "node_exporter", version: "1.5.0",
        subsystems: [
            ("Processors", CPU.families),
            ("Load", Load.families),
            ("Pressure", Pressure.families),
            ("Memory", Memory.families),
            ("Disks", Disk.families),
            ("Filesystems", Filesystem.families),
            ("RAID", RAID.families),
            ("Network", Network.families),
            ("Packet processing", Softnet.families),
            ("Clock", Clock.families),
            ("Kernel", Kernel.families),
            ("Units of systemd", Systemd.families),
            ("The exporter", Scrape.families),
        ])

    /// The scrape job of all its targets, and so the label `job` of what they serve.
    public static let job = "node"

    /// Every family of the exporter.
    public static var families: [MetricFamily] { exporter.families }
}

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
