public import ApusMetrics

/// How the agent's sources are: whether they can be read, how old what they say is, and what reading them costs; and how its
/// checks are.
public enum AgentSources: MetricSubsystem {
    public static let up = Gauge<SourceLabels>(
        "apus_source_up",
        "1 when the last reading of the source succeeded for all that have it, else 0; absent where nobody has it.")
    public static let age = Gauge<SourceLabels>(
        "apus_source_age_seconds", "Seconds since the oldest reading of the source that is served was made or heard.")
    public static let readSeconds = Gauge<SourceLabels>(
        "apus_source_read_seconds", "Time that the last reading of the source took, for all that have it.")

    public static let checks = Gauge<CheckLabels>(
        "apus_agent_check_status",
        "How a check of the agent is, as /health/detailed has it: 0 it passes, 1 somebody should look at it, 2 the agent does not do its work."
    )

    public static let title = "Sources and checks of the agent"
    public static let origin = MetricOrigin.host
    public static let families = [up.family, age.family, readSeconds.family, checks.family]
}

/// The label of what is said of one source.
public struct SourceLabels: LabelSet {
    public enum Key: String, LabelKey { case source }
    /// The source's name, as in `apus-agent --source`.
    public let source: String
    public init(source: String) { self.source = source }
    public subscript(key: Key) -> String { source }
}

/// The label of what is said of one check of the agent.
public struct CheckLabels: LabelSet {
    public enum Key: String, LabelKey { case check }
    /// The check's name, as in `/health/detailed` before the colon.
    public let check: String
    public init(check: String) { self.check = check }
    public subscript(key: Key) -> String { check }
}
