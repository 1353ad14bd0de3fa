/// What a family's samples are.
public enum MetricKind: UInt8, Sendable, CaseIterable {
    case counter = 1
    case gauge = 2
    case histogram = 3

    /// The word after `# TYPE name`.
    public var typeName: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}

/// A family of series: one name, one kind, one help text. The declaration without its label type.
public struct MetricFamily: Hashable, Sendable {
    /// The whole name, with `_total` for counters.
    public let name: String
    public let kind: MetricKind
    /// One sentence, without a newline's need.
    public let help: String
    /// The names that the declaration's labels have; the reporting service's `service` and `instance` come on top.
    public let labelNames: [String]
    /// Upper bounds of a histogram's buckets, ascending, without `+Inf`. Empty for other kinds.
    public let buckets: [Double]

    public init(name: String, kind: MetricKind, help: String, labelNames: [String] = [], buckets: [Double] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labelNames = labelNames
        self.buckets = buckets
    }

    /// What contradicts the data model or the naming rules of this product, in words; empty when nothing does.
    public var faults: [String] {
        var faults: [String] = []
        if !MetricName.isLegal(name) { faults.append("\(name): not a legal metric name") }
        if kind == .counter && !name.hasSuffix("_total") { faults.append("\(name): a counter's name ends in _total") }
        if help.isEmpty { faults.append("\(name): no help text") }
        for label in labelNames where !MetricName.isLegalLabel(label) || ["service", "instance", "job", "le"].contains(label) {
            faults.append("\(name): label \(label) is illegal or belongs to the target")
        }
        if Set(labelNames).count != labelNames.count { faults.append("\(name): a label is declared twice") }
        if kind == .histogram && buckets.isEmpty { faults.append("\(name): a histogram needs buckets") }
        if zip(buckets, buckets.dropFirst()).contains(where: { $0 >= $1 }) || buckets.contains(where: { !$0.isFinite }) {
            faults.append("\(name): buckets must be finite and ascending")
        }
        return faults
    }
}
