public import ApusMetrics

/// What a probe of the agent finds of files that something else writes, such as a backup.
public enum ProbedFiles: MetricSubsystem {
    public static let age = Gauge<NoLabels>(
        "probed_file_age_seconds", "Time since the newest file was last written; 0 of one from the future.")
    public static let oldestAge = Gauge<NoLabels>(
        "probed_file_oldest_age_seconds",
        "Time since the file that was written longest ago was, as of a spool that nobody empties; 0 of one from the future.")
    public static let modified = Gauge<NoLabels>(
        "probed_file_modified_seconds", "When the newest file was last written, in seconds since the Unix epoch.")
    public static let size = Gauge<NoLabels>("probed_file_size_bytes", "Size of the newest file.")
    public static let count = Gauge<NoLabels>("probed_files", "Files that the path or the pattern names.")

    public static let title = "Files that are probed"
    public static let origin = MetricOrigin.probe
    public static let families = [age.family, oldestAge.family, modified.family, size.family, count.family]
}
