/// A family as a target serves it, without its values.
public struct ServedFamily: Sendable {
    /// The name that its samples have, or of a histogram or summary begin with.
    ///
    /// OpenMetrics 1.0 names the family of a counter or an info without the ending of its samples, which is here.
    public internal(set) var name: String
    /// The type that its `# TYPE` line tells; untyped without one.
    public internal(set) var kind: ServedKind = .untyped
    /// The text of its `# HELP` line, unescaped.
    public internal(set) var help: String?
    public internal(set) var sampleCount = 0
    private var uses: [LabelUse] = []

    /// How often a label is there.
    private struct LabelUse {
        let name: String
        /// The number of samples that have it with a value; Prometheus takes an empty one for none.
        var valueCount = 0
    }

    init(name: String) { self.name = name }

    /// The labels that at least one of its samples has, sorted; also one that is empty everywhere.
    ///
    /// A histogram's `le`, a summary's `quantile` and a state set's label of its own name belong to the format, and are left out.
    public var labelNames: [String] { uses.map(\.name).sorted() }

    /// The labels that each of its samples has with a value, sorted.
    public var certainLabelNames: [String] {
        uses.filter { $0.valueCount == sampleCount && sampleCount > 0 }.map(\.name).sorted()
    }

    /// The labels that some of its samples have with a value, and others have not, sorted.
    public var optionalLabelNames: [String] {
        uses.filter { $0.valueCount > 0 && $0.valueCount < sampleCount }.map(\.name).sorted()
    }

    mutating func count(_ sample: ServedSample) {
        sampleCount += 1
        let own = kind.ownLabel(in: name)
        for label in sample.labels where !(own.map { label.name.hasBytes(of: $0) } ?? false) {
            let place = uses.firstIndex { $0.name.hasBytes(of: label.name) } ?? uses.endIndex
            if place == uses.endIndex { uses.append(LabelUse(name: label.name)) }
            if !label.value.isEmpty { uses[place].valueCount += 1 }
        }
    }
}

/// The types of families: those of the text format 0.0.4, and those that OpenMetrics adds.
public enum ServedKind: String, Sendable, CaseIterable {
    case counter, gauge, histogram, summary, untyped, info
    case stateSet = "stateset"
    case gaugeHistogram = "gaugehistogram"

    /// Whether the text format 0.0.4 has it.
    public var isOfTextFormat: Bool {
        switch self {
        case .counter, .gauge, .histogram, .summary, .untyped: true
        case .info, .stateSet, .gaugeHistogram: false
        }
    }

    /// The label that tells the samples of one histogram, summary or state set apart.
    func ownLabel(in family: String) -> String? {
        switch self {
        case .histogram, .gaugeHistogram: "le"
        case .summary: "quantile"
        case .stateSet: MetricName.sanitized(family, allowColon: false)
        case .counter, .gauge, .untyped, .info: nil
        }
    }

    /// The endings of its samples' names, besides those that are the family's name itself.
    func suffixes(_ grammar: ExpositionReader.Grammar) -> [String] {
        switch (self, grammar) {
        case (.histogram, .text), (.histogram, .quotedText): ["_bucket", "_sum", "_count"]
        case (.histogram, .any): ["_bucket", "_sum", "_count", "_created"]
        case (.summary, .text), (.summary, .quotedText): ["_sum", "_count"]
        case (.summary, .any): ["_sum", "_count", "_created"]
        case (.gaugeHistogram, _): ["_bucket", "_gsum", "_gcount", "_sum", "_count"]
        case (.counter, .any): ["_created"]
        case (.counter, .text), (.counter, .quotedText), (.gauge, _), (.untyped, _), (.info, _), (.stateSet, _): []
        }
    }

    /// The ending with which OpenMetrics 1.0 names the samples, and not their family.
    var sampleSuffix: String? {
        switch self {
        case .counter: "_total"
        case .info: "_info"
        case .gauge, .histogram, .summary, .untyped, .stateSet, .gaugeHistogram: nil
        }
    }
}
