/// A family of series that a program reports which does not link this package: read from text, OpenMetrics or OTLP, and served again
/// in each format (``ExpositionEncoder/received(_:of:target:)``).
package struct ReceivedFamily: Sendable, Equatable {
    /// The name that its samples have, or of a histogram or summary begin with: with the `_total` of a counter and the `_info` of an
    /// info of OpenMetrics.
    package var name: String
    /// The type that it was reported with. Exponential histograms are histograms.
    package var kind: ServedKind
    /// A text for people; empty without one.
    package var help: String
    /// The unit, which the name ends in before `_total`; `nil` without one.
    package var unit: String?
    package var series: [ReceivedSeries]
    /// Whether OpenMetrics 1.0 has it under its whole name and without its type: there, a counter `x_total` cannot stand beside
    /// another family `x`, which it can in all other formats.
    package var isUntypedInOpenMetrics = false

    package init(name: String, kind: ServedKind, help: String = "", unit: String? = nil, series: [ReceivedSeries] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.unit = unit
        self.series = series
    }

    /// Lines that its series are in the text formats, without start times.
    package var sampleCount: Int { series.reduce(0) { $0 + $1.value.sampleCount } }

    /// About the bytes of memory that the family takes.
    package var byteCount: Int {
        MemoryLayout<Self>.stride + name.utf8.count + help.utf8.count + series.reduce(0) { $0 + $1.byteCount }
    }
}

/// A series of a received family.
package struct ReceivedSeries: Sendable, Equatable {
    /// Rendered without braces (``LabelBytes``), sorted by name, without empty values and without the labels of its target.
    package var labels: [UInt8]
    package var value: ReceivedValue
    /// Seconds since the Unix epoch at which the count began; `nil` where nobody knows, and for what does not count.
    package var created: Double?
    /// The exemplars: of a counter at most one; of a histogram one for each bucket, `+Inf`'s last, or none; of an exponential
    /// histogram any, in no order.
    package var exemplars: [Exemplar?]

    package init(labels: [UInt8], value: ReceivedValue, created: Double? = nil, exemplars: [Exemplar?] = []) {
        self.labels = labels
        self.value = value
        self.created = created
        self.exemplars = exemplars
    }

    /// About the bytes of memory that the series takes.
    package var byteCount: Int {
        let header = 32
        return MemoryLayout<Self>.stride + header + labels.count + value.byteCount
            + exemplars.reduce(0) { $0 + MemoryLayout<Exemplar?>.stride + ($1?.labels.count ?? 0) }
    }
}

extension ReceivedFamily {
    private static let counterSuffix = "_total"
    private static let infoSuffix = "_info"

    /// The family's name in OpenMetrics 1.0, where `_total` belongs to a counter's samples and not to its family, and `_info` so to
    /// those of an info.
    package var openMetricsName: String {
        guard !isUntypedInOpenMetrics else { return name }
        if isOpenMetricsCounter { return String(name.dropLast(Self.counterSuffix.count)) }
        return isOpenMetricsInfo ? String(name.dropLast(Self.infoSuffix.count)) : name
    }

    /// Every name that the family takes for itself in OpenMetrics, as ``MetricFamily/claimedNames`` has it for declared families.
    package var claimedNames: [String] {
        let short = openMetricsName
        switch kind {
        case .counter where isOpenMetricsCounter && !isUntypedInOpenMetrics: return [short, name, short + "_created"]
        case .histogram: return [name] + ["_bucket", "_sum", "_count", "_created"].map { name + $0 }
        case .summary: return [name] + ["_sum", "_count", "_created"].map { name + $0 }
        case .gaugeHistogram: return [name] + ["_bucket", "_gsum", "_gcount"].map { name + $0 }
        case .info where short != name: return [short, name]
        case .counter, .gauge, .untyped, .stateSet, .info: return [name]
        }
    }

    /// The family as an exposition serves it, whatever it was beside others of its report.
    ///
    /// - Parameter withoutType: ``isUntypedInOpenMetrics``.
    package func served(withoutType: Bool) -> ReceivedFamily {
        var family = self
        family.isUntypedInOpenMetrics = withoutType
        return family
    }

    /// The names that it takes for itself in OpenMetrics with its type, or without.
    package func claimedNames(withoutType: Bool) -> [String] { served(withoutType: withoutType).claimedNames }

    /// The names that its samples have in every format, as ``MetricFamily/namesInText`` has it for declared families.
    package var namesInText: [String] {
        switch kind {
        case .counter, .info: [name]
        case .gauge, .untyped, .stateSet, .histogram, .summary, .gaugeHistogram: claimedNames
        }
    }

    /// The label that names the state of a state set's sample.
    var stateLabel: String { MetricName.sanitized(name, allowColon: false) }

    /// The unit where OpenMetrics lets the family have it: when its name ends so.
    var openMetricsUnit: String? {
        guard let unit, !unit.isEmpty, kind != .info, kind != .stateSet else { return nil }
        return openMetricsName.hasSuffix("_" + unit) ? unit : nil
    }

    /// Whether OpenMetrics 1.0 has it as a counter.
    var isOpenMetricsCounter: Bool { has(Self.counterSuffix, as: .counter) }

    private var isOpenMetricsInfo: Bool { has(Self.infoSuffix, as: .info) }

    private func has(_ suffix: String, as kind: ServedKind) -> Bool {
        self.kind == kind && name.hasSuffix(suffix) && name != suffix
    }

    /// The word after `# TYPE name`: what cannot be told as its kind in a format is told as one without a type, or as a gauge.
    func typeName(in format: ExpositionFormat) -> String {
        switch (format, kind) {
        case (.text004, .info), (.text004, .stateSet), (.protobuf, .info), (.protobuf, .stateSet): "gauge"
        case (.text004, .gaugeHistogram): "histogram"
        case (.text004, _), (.protobuf, _): kind.rawValue
        case (.openMetrics100, .counter) where !isOpenMetricsCounter: MetricFamily.unknownTypeName
        case (.openMetrics100, _) where isUntypedInOpenMetrics: MetricFamily.unknownTypeName
        case (_, .untyped): MetricFamily.unknownTypeName
        case (_, .info) where !isOpenMetricsInfo, (_, .stateSet) where stateLabel != name: MetricFamily.unknownTypeName
        default: kind.rawValue
        }
    }
}

extension [ReceivedFamily] {
    /// Has each counter under its whole name in OpenMetrics 1.0 whose short name, or the name of its start time there, another of the
    /// families has: those that come first keep theirs.
    package mutating func settleOpenMetricsNames() {
        var taken: Set<String> = []
        for family in self {
            var whole = family
            whole.isUntypedInOpenMetrics = family.kind == .counter
            taken.formUnion(whole.claimedNames)
        }
        for index in indices where self[index].isOpenMetricsCounter {
            self[index].isUntypedInOpenMetrics = false
            let short = self[index].openMetricsName
            self[index].isUntypedInOpenMetrics = taken.contains(short) || taken.contains(short + "_created")
            if !self[index].isUntypedInOpenMetrics { taken.formUnion(self[index].claimedNames) }
        }
    }
}
