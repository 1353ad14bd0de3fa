public import ApusMetrics

/// How the agent's sources are: whether they can be read, how old what they say is, and what reading them costs.
public enum AgentSources: MetricSubsystem {
    public static let up = Gauge<SourceLabels>(
        "apus_source_up",
        "1 when the last reading of the source succeeded for all that have it, else 0; absent where nobody has it.")
    public static let age = Gauge<SourceLabels>(
        "apus_source_age_seconds", "Seconds since the oldest reading of the source that is served was made or heard.")
    public static let readSeconds = Gauge<SourceLabels>(
        "apus_source_read_seconds", "Time that the last reading of the source took, for all that have it.")

    public static let title = "Sources of the agent"
    public static let origin = MetricOrigin.host
    public static let families = [up.family, age.family, readSeconds.family]
}

/// The label of what is said of one source.
public struct SourceLabels: LabelSet {
    public enum Key: String, LabelKey { case source }
    /// The source's name, as in `apus-agent --source`.
    public let source: String
    public init(source: String) { self.source = source }
    public subscript(key: Key) -> String { source }
}
