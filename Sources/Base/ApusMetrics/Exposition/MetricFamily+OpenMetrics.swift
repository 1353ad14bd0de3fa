extension MetricFamily {
    private static let counterSuffix = "_total"
    private static let infoSuffix = "_info"
    /// The word for a family without a type in OpenMetrics.
    static let unknownTypeName = "unknown"

    /// Units that the end of a name may be, after the naming rules of Prometheus and OpenMetrics.
    private static let units: Set<String> = [
        "amperes", "bytes", "celsius", "grams", "hertz", "joules", "kelvin", "meters", "percent", "ratio", "seconds", "volts",
        "watts",
    ]

    /// The family's name in OpenMetrics 1.0, where `_total` belongs to a counter's samples and not to its family, and `_info` so
    /// to those of an info. In every other format the family has its whole name.
    public var openMetricsName: String {
        if isOpenMetricsCounter { return String(name.dropLast(Self.counterSuffix.count)) }
        return isOpenMetricsInfo ? String(name.dropLast(Self.infoSuffix.count)) : name
    }

    /// The word after `# TYPE name` in OpenMetrics 1.0: what has not the suffix of its kind cannot be told as one.
    var openMetricsTypeName: String {
        kind == .counter && !isOpenMetricsCounter ? Self.unknownTypeName : openMetrics2TypeName
    }

    /// The word after `# TYPE name` in OpenMetrics 2.0, which wants the suffix of an info only.
    var openMetrics2TypeName: String {
        switch kind {
        case .info where !isOpenMetricsInfo, .stateSet where stateLabel != name: Self.unknownTypeName
        default: kind.typeName
        }
    }

    /// The label that names the state of a state set's sample: the family's name, in which `:` is not legal for a label.
    package var stateLabel: String { MetricName.sanitized(name, allowColon: false) }

    /// The declared unit when the name ends in it (before `_total`), else the known unit that the name ends in. Neither an info
    /// nor a state set has one.
    public var unit: String? {
        guard kind != .info, kind != .stateSet else { return nil }
        let name = openMetricsName
        if let declaredUnit, !declaredUnit.isEmpty, name.hasSuffix("_" + declaredUnit) { return declaredUnit }
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
        case .gauge, .stateSet: return [name]
        case .histogram, .nativeHistogram: return [name] + ["_bucket", "_sum", "_count", "_created"].map { name + $0 }
        case .summary: return [name] + ["_sum", "_count", "_created"].map { name + $0 }
        case .info: return isOpenMetricsInfo ? [name, name + Self.infoSuffix] : [name]
        }
    }

    /// The names that its samples have in every format, for which no remedy is but another name. Of a counter or an info OpenMetrics 1.0
    /// has another one besides, and can do without.
    package var namesInText: [String] {
        switch kind {
        case .counter, .info: [name]
        case .gauge, .stateSet, .histogram, .nativeHistogram, .summary: claimedNames
        }
    }

    private var isOpenMetricsInfo: Bool {
        kind == .info && name.hasSuffix(Self.infoSuffix) && name != Self.infoSuffix
    }

    /// False also for a counter called `_total`, of which no name would be left.
    var isOpenMetricsCounter: Bool {
        kind == .counter && name.hasSuffix(Self.counterSuffix) && name != Self.counterSuffix
    }
}
