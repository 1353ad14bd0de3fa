/// What a family's samples are.
public enum MetricKind: UInt8, Sendable, CaseIterable {
    case counter = 1
    case gauge = 2
    /// A distribution over buckets with explicit bounds.
    case histogram = 3
    /// A distribution over exponential buckets (``NativeShape``).
    case nativeHistogram = 4
    /// A count and a sum, without quantiles.
    case summary = 5
    /// Always 1; the labels say something of the target.
    case info = 6
    /// The one of a fixed set of states that holds.
    case stateSet = 7

    /// The word after `# TYPE name` in OpenMetrics.
    public var typeName: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram, .nativeHistogram: "histogram"
        case .summary: "summary"
        case .info: "info"
        case .stateSet: "stateset"
        }
    }

    /// The word after `# TYPE name` in text 0.0.4 and protobuf, which know neither info nor state set.
    public var textTypeName: String {
        switch self {
        case .info, .stateSet: "gauge"
        default: typeName
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
    /// The unit as it was declared; it ends the name. `nil`: the one that the name itself ends in, if it is a known one.
    public let declaredUnit: String?
    /// The buckets of a native histogram; `nil` for other kinds.
    public let shape: NativeShape?
    /// The states of a state set, in order; empty for other kinds.
    public let states: [String]
    /// Whether series keep exemplars.
    public let keepsExemplars: Bool

    public init(
        name: String, kind: MetricKind, help: String, labelNames: [String] = [], buckets: [Double] = [],
        unit: String? = nil, shape: NativeShape? = nil, states: [String] = [], keepsExemplars: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labelNames = labelNames
        self.buckets = buckets
        declaredUnit = unit
        self.shape = shape
        self.states = states
        self.keepsExemplars = keepsExemplars
    }
}
