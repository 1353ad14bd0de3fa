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
///
/// Copies share one description, since an agent keeps one beside the series of each instance.
public struct MetricFamily: Hashable, Sendable {
    private let storage: Storage

    private final class Storage: Sendable {
        let fields: Fields

        init(_ fields: Fields) { self.fields = fields }
    }

    private struct Fields: Hashable, Sendable {
        let name: String
        let kind: MetricKind
        let keepsExemplars: Bool
        let help: String
        let labelNames: [String]
        let buckets: [Double]
        let declaredUnit: String?
        let shape: NativeShape?
        let states: [String]
    }

    /// The whole name, with `_total` for counters.
    public var name: String { storage.fields.name }
    public var kind: MetricKind { storage.fields.kind }
    /// One sentence, without a newline's need.
    public var help: String { storage.fields.help }
    /// The names that the declaration's labels have; the reporting service's `service` and `instance` come on top.
    public var labelNames: [String] { storage.fields.labelNames }
    /// Upper bounds of a histogram's buckets, ascending, without `+Inf`. Empty for other kinds.
    public var buckets: [Double] { storage.fields.buckets }
    /// The unit as it was declared; it ends the name. `nil`: the one that the name itself ends in, if it is a known one.
    public var declaredUnit: String? { storage.fields.declaredUnit }
    /// The buckets of a native histogram; `nil` for other kinds.
    public var shape: NativeShape? { storage.fields.shape }
    /// The states of a state set, in order; empty for other kinds.
    public var states: [String] { storage.fields.states }
    /// Whether series keep exemplars.
    public var keepsExemplars: Bool { storage.fields.keepsExemplars }

    public init(
        name: String, kind: MetricKind, help: String, labelNames: [String] = [], buckets: [Double] = [],
        unit: String? = nil, shape: NativeShape? = nil, states: [String] = [], keepsExemplars: Bool = false
    ) {
        storage = Storage(
            Fields(
                name: name, kind: kind, keepsExemplars: keepsExemplars, help: help, labelNames: labelNames, buckets: buckets,
                declaredUnit: unit, shape: shape, states: states))
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.storage === right.storage || left.storage.fields == right.storage.fields
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(storage.fields) }
}
