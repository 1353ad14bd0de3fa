extension MetricFamily {
    private static let counterSuffix = "_total"

    /// Units that the end of a name may be, after the naming rules of Prometheus and OpenMetrics.
    private static let units: Set<String> = [
        "amperes", "bytes", "celsius", "grams", "hertz", "joules", "kelvin", "meters", "percent", "ratio", "seconds", "volts",
        "watts",
    ]

    /// The family's name in OpenMetrics, where `_total` belongs to a counter's samples and not to its family.
    public var openMetricsName: String {
        isOpenMetricsCounter ? String(name.dropLast(Self.counterSuffix.count)) : name
    }

    /// The word after `# TYPE name` in OpenMetrics: a counter whose samples do not end in `_total` cannot be told as one.
    var openMetricsTypeName: String {
        kind == .counter && !isOpenMetricsCounter ? "unknown" : kind.typeName
    }

    /// The unit that the name ends in (before `_total`), or nothing when that is no known unit.
    public var unit: String? {
        let name = openMetricsName
        guard let separator = name.lastIndex(of: "_") else { return nil }
        let last = String(name[name.index(after: separator)...])
        return Self.units.contains(last) ? last : nil
    }

    /// Every name that the family takes for itself in OpenMetrics, and so in an exposition that is served in both formats: the
    /// family's, those of its samples, and `_created`, which the format keeps for counters and histograms.
    ///
    /// Two families that share one of these cannot be served together: not a histogram `x` with a gauge `x_count`, nor a counter
    /// `x_total` with a gauge `x`.
    public var claimedNames: [String] {
        let name = openMetricsName
        switch kind {
        case .counter: return isOpenMetricsCounter ? [name, name + Self.counterSuffix, name + "_created"] : [name]
        case .gauge: return [name]
        case .histogram: return [name] + ["_bucket", "_sum", "_count", "_created"].map { name + $0 }
        }
    }

    /// False also for a counter called `_total`, of which no name would be left.
    private var isOpenMetricsCounter: Bool {
        kind == .counter && name.hasSuffix(Self.counterSuffix) && name != Self.counterSuffix
    }
}
