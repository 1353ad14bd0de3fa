/// The place where an expression will be evaluated, and how much is known of it.
public struct CheckContext: Hashable, Sendable {
    public enum Place: Hashable, Sendable {
        /// Prometheus evaluates it for a recording rule.
        case recording
        /// Prometheus evaluates it for an alert.
        case alert
        /// Grafana evaluates it for a panel.
        case panel
    }

    public enum Strictness: Hashable, Sendable {
        /// An expression over metrics that are all declared: what may mislead is an error.
        case declared
        /// Other people's expressions: what is not certainly wrong is a warning, or left alone.
        case foreign
    }

    public var place: Place
    public var strictness: Strictness
    /// How often the targets are scraped; `nil` when that is not known.
    public var scrapeInterval: Duration?
    /// How often the rule is evaluated; `nil` when that is not known.
    public var evaluationInterval: Duration?
    /// Whether a metric that nothing declares is a finding. Without, nothing is said about its kind and its labels.
    public var reportsUnknownMetrics: Bool

    public init(
        _ place: Place, strictness: Strictness, scrapeInterval: Duration? = nil, evaluationInterval: Duration? = nil,
        reportsUnknownMetrics: Bool? = nil
    ) {
        self.place = place
        self.strictness = strictness
        self.scrapeInterval = scrapeInterval
        self.evaluationInterval = evaluationInterval
        self.reportsUnknownMetrics = reportsUnknownMetrics ?? (strictness == .declared)
    }

    /// A rule of one's own.
    public static func rule(scrapeInterval: Duration, evaluationInterval: Duration? = nil) -> Self {
        Self(.recording, strictness: .declared, scrapeInterval: scrapeInterval, evaluationInterval: evaluationInterval)
    }

    /// An alert of one's own.
    public static func alert(scrapeInterval: Duration, evaluationInterval: Duration? = nil) -> Self {
        Self(.alert, strictness: .declared, scrapeInterval: scrapeInterval, evaluationInterval: evaluationInterval)
    }

    /// A panel of one's own.
    public static let panel = Self(.panel, strictness: .declared)
}

/// The labels that series get from their target, whatever their declaration says.
public struct TargetLabels: Hashable, Sendable {
    let names: LabelNames
    /// Whether there may be others: nothing is said about labels then.
    let isOpen: Bool

    /// Labels that every series has, and no others.
    public static func exactly(_ names: some Sequence<String>) -> Self { Self(names: LabelNames(names), isOpen: false) }
    /// Labels that every series has, beside others that are not known.
    public static func atLeast(_ names: some Sequence<String>) -> Self { Self(names: LabelNames(names), isOpen: true) }

    /// What this product's scrape configuration and agent give.
    public static let standard = exactly(TargetKey.allCases.map(\.rawValue))
    /// What every scrape gives.
    public static let unknown = atLeast(["job", "instance"])
}
