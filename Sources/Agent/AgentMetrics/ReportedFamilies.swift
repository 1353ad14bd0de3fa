public import ApusMetrics

/// How families of several services get along in one exposition.
public enum ReportedFamilies: MetricSubsystem {
    public static let refused = Gauge<RefusedFamilyLabels>(
        "apus_service_family_refused",
        "1 for a family that an instance reports and that is not served, because another one has its name; the first ones alone."
    )

    public static let title = "Reported families"
    public static let origin = MetricOrigin.instance
    public static let families = [refused.family]
}

/// A family that is refused, and whose family is served in its place.
public struct RefusedFamilyLabels: LabelSet {
    public enum Key: String, LabelKey { case family, winner }
    public let family: String
    /// SERVICE/INSTANCE, or `agent` where the name is the agent's own or is declared with another kind.
    public let winner: String

    public init(family: String, winner: String) {
        self.family = family
        self.winner = winner
    }

    public subscript(key: Key) -> String {
        switch key {
        case .family: family
        case .winner: winner
        }
    }
}
