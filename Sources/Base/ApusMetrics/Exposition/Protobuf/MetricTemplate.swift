/// What the messages `Metric` of every series of a family have in common, for one target: the target's labels as messages, and the shape
/// of the value.
///
/// A counter or gauge has one number a series; a summary its sum and its count; a classic histogram one for each bucket, then its
/// sum and its count. They are the numbers of a ``LineTemplate``, with one difference: a counter's is a double always.
public struct MetricTemplate: Sendable {
    let labels: [UInt8]
    /// The field of a message `Metric` that holds the value.
    let field: UInt32
    /// The bounds of a classic histogram's buckets.
    let bounds: [Double]
    /// Numbers of one series.
    public let parts: Int

    /// - Parameters:
    ///   - family: a counter, gauge, summary or classic histogram; other kinds go by points.
    ///   - target: labels that every series has.
    public init?(_ family: MetricFamily, target: [(String, String)]) {
        guard let field = family.kind.valueField else { return nil }
        self.field = field
        bounds = family.kind == .histogram ? family.buckets : []
        parts =
            switch family.kind {
            case .histogram: family.buckets.count + 3
            case .summary: 2
            default: 1
            }
        var labels = ProtobufWriter()
        labels.labels(LabelBytes.render(target)[...])
        self.labels = Array(labels.bytes)
    }
}

extension MetricKind {
    fileprivate var valueField: UInt32? {
        switch self {
        case .gauge: 2
        case .counter: 3
        case .summary: 4
        case .histogram: 7
        case .info, .stateSet, .nativeHistogram: nil
        }
    }
}
