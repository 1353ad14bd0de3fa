public import ApusMetrics

/// The series that exist: by which names, with which labels, and what their values are.
///
/// ```swift
/// var declarations = SeriesDeclarations(MetricCatalog.families)
/// declarations.declare(recordings: [RecordedSeries(name: "job:requests:rate5m", expression: expression)])
/// let findings = expression.findings(declarations: declarations, context: .rule(scrapeInterval: .seconds(15)))
/// ```
public struct SeriesDeclarations: Sendable {
    /// The declared series by name; what recording rules give is in ``recorded``.
    private var declared: [String: DeclaredSeries] = [:]
    var recordings: [String: [RecordedSeries]] = [:]
    var recorded: [String: DeclaredSeries] = [:]
    /// The names of families whose declaration is complete: what is seen of them elsewhere adds nothing.
    private var complete: Set<String> = []
    /// Lengths of known names, so that a search for the nearest looks at few.
    private(set) var namesByLength: [Int: [String]] = [:]

    /// - Parameter targetLabels: of all families, and of what Prometheus itself records.
    public init(_ families: [MetricFamily] = [], targetLabels: TargetLabels = .standard) {
        for name in [
            ScrapeMetrics.up.name, ScrapeMetrics.duration.name, "scrape_samples_scraped",
            "scrape_samples_post_metric_relabeling",
            "scrape_series_added", "scrape_timeout_seconds", "scrape_sample_limit", "scrape_body_size_bytes",
        ] {
            declare(name, .gauge, [], targetLabels)
        }
        for name in ["ALERTS", "ALERTS_FOR_STATE"] {
            var labels = ResultLabels(known: ["alertname"], isOpen: true, certain: ["alertname"])
            if name == "ALERTS" { labels.add("alertstate", isCertain: true) }
            set(DeclaredSeries(labels: labels, value: .gauge), for: name)
        }
        declare(families, targetLabels: targetLabels)
    }

    /// Nothing but what Prometheus itself records.
    static let none = SeriesDeclarations()

    public mutating func declare(_ families: [MetricFamily], targetLabels: TargetLabels = .standard) {
        for family in families {
            declare(family.name, kind: family.kind, labels: family.labelNames, targetLabels: targetLabels)
        }
    }

    /// Declares families of which all is known: what an exposition has of them afterwards takes nothing from that.
    ///
    /// - Parameter optional: labels that only some of their series have.
    public mutating func declare(complete families: [MetricFamily], optional: [String] = [], targetLabels: TargetLabels) {
        for family in families {
            declare(family.name, kind: family.kind, labels: family.labelNames, optional: optional, targetLabels: targetLabels)
        }
        complete.formUnion(families.map(\.name))
    }

    /// Whether all is known of a family.
    public func isComplete(_ family: String) -> Bool { complete.contains(family) }

    /// Declares a family of which less is known than a `MetricFamily` says.
    ///
    /// - Parameters:
    ///   - kind: `nil` when it is not known, as `untyped` in an exposition.
    ///   - labels: its own; `nil` when they are not known.
    ///   - optional: those that only some series have.
    public mutating func declare(
        _ name: String, kind: MetricKind?, labels: [String]?, optional: [String] = [], targetLabels: TargetLabels = .standard
    ) {
        for (name, series) in Self.series(name, kind, labels, optional, targetLabels) { set(series, for: name) }
    }

    /// What a declaration says of its series of one name.
    static func series(named name: String, of family: MetricFamily) -> DeclaredSeries? {
        parts(family.name, family.kind).first { $0.isNamed(name, in: family.name) }.map {
            series($0.value, family.labelNames + $0.labels, [], .standard)
        }
    }

    /// The series of a family, by their names.
    private static func series(
        _ name: String, _ kind: MetricKind?, _ labels: [String]?, _ optional: [String], _ targetLabels: TargetLabels
    ) -> [(String, DeclaredSeries)] {
        parts(name, kind).map { part in
            (part.name(in: name), series(part.value, labels.map { $0 + part.labels }, optional, targetLabels))
        }
    }

    /// A name under which a family has series.
    private struct Part {
        /// The ending behind the family's name; a counter's loses its `_total` before `_created`.
        var suffix = ""
        let value: SeriesValue
        /// The labels beside the family's own.
        var labels: [String] = []

        static let totals = [
            Part(suffix: "_sum", value: .counter), Part(suffix: "_count", value: .counter),
            Part(suffix: "_created", value: .gauge),
        ]

        func name(in family: String) -> String {
            (suffix == "_created" && family.hasSuffix("_total") ? String(family.dropLast(6)) : family) + suffix
        }

        func isNamed(_ name: String, in family: String) -> Bool {
            suffix.isEmpty ? name == family : name.hasSuffix(suffix) && name == self.name(in: family)
        }
    }

    private static func parts(_ name: String, _ kind: MetricKind?) -> [Part] {
        // Facts are served as gauges where the format knows no information.
        let kind = kind == .gauge && name.hasSuffix("_info") ? .info : kind
        switch kind {
        case nil: return [Part(value: .unknown)]
        case .gauge: return [Part(value: .gauge)]
        case .info: return [Part(value: .info)]
        case .stateSet: return [Part(value: .gauge, labels: [MetricName.sanitized(name, allowColon: false)])]
        case .counter: return [Part(value: .counter), Part(suffix: "_created", value: .gauge)]
        case .summary: return [Part(value: .gauge, labels: ["quantile"])] + Part.totals
        case .histogram, .nativeHistogram:
            return [Part(suffix: "_bucket", value: .buckets, labels: ["le"])] + Part.totals
                + (kind == .nativeHistogram ? [Part(value: .nativeHistogram)] : [])
        }
    }

    /// What is known of a name; `nil` when nothing declares it.
    subscript(name: String) -> DeclaredSeries? { recorded[name] ?? declared[name] }

    public func contains(_ name: String) -> Bool { self[name] != nil }

    /// Every known name of a series, in no order.
    public var names: some Collection<String> { namesByLength.values.joined() }

    private mutating func declare(_ name: String, _ value: SeriesValue, _ labels: [String], _ target: TargetLabels) {
        set(Self.series(value, labels, [], target), for: name)
    }

    private mutating func set(_ series: DeclaredSeries, for name: String) {
        // Two declarations of one name: what both say.
        guard let other = declared[name] else {
            declared[name] = series
            namesByLength[name.utf8.count, default: []].append(name)
            return
        }
        declared[name] = other.merged(with: series)
    }

    mutating func know(_ name: String) {
        if self[name] == nil { namesByLength[name.utf8.count, default: []].append(name) }
    }

    private static func series(
        _ value: SeriesValue, _ own: [String]?, _ optional: [String], _ target: TargetLabels
    ) -> DeclaredSeries {
        let certain = LabelNames(own ?? []).subtracting(optional)
        var labels = ResultLabels(
            known: target.names.union(own ?? []).union(optional), isOpen: target.isOpen || own == nil,
            certain: target.names.union(certain))
        // What an information says is said once for a target; buckets go together.
        if value != .info { labels.multiplying = certain.subtracting(target.names) }
        return DeclaredSeries(labels: labels, value: value)
    }
}

extension DeclaredSeries {
    func merged(with other: Self) -> Self {
        DeclaredSeries(
            labels: labels.union(other.labels), value: value == other.value ? value : .unknown,
            isSummed: isSummed && other.isSummed)
    }
}
