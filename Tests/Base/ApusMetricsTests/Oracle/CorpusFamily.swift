import ApusMetrics

/// A family and its series, told to the oracle by what they mean: how a format shows them is for the reader to say.
struct CorpusFamily: Encodable, Sendable {
    let family: MetricFamily
    /// As the family's unit should be in formats that have one.
    let unit: String
    var series: [CorpusSeries] = []

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(family.name, forKey: .name)
        try object.encode(String(describing: family.kind), forKey: .kind)
        try object.encode(family.help, forKey: .help)
        try object.encode(unit, forKey: .unit)
        try object.encode(family.buckets.map { CorpusNumber.double($0) }, forKey: .buckets)
        try object.encode(
            family.shape.map { [$0.schema, $0.lowestExponent, $0.octaves] }, forKey: .shape)
        try object.encode(family.states, forKey: .states)
        try object.encode(series, forKey: .series)
    }

    private enum Key: CodingKey { case name, kind, help, unit, buckets, shape, states, series }
}

/// One series: labels, value, beginning and exemplars, of which the point for the encoders is made.
struct CorpusSeries: Encodable, Sendable {
    let labels: [(String, String)]
    let value: PointValue
    var created: Double?
    var exemplars: [CorpusExemplar?] = []

    var point: Point {
        Point(
            labels: LabelBytes.render(labels), value: value, created: created,
            exemplars: exemplars.map { exemplar in
                exemplar.map { Exemplar(labels: LabelBytes.render($0.labels), value: $0.value, timestamp: $0.timestamp) }
            })
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(labels.map { [$0.0, $0.1] }, forKey: .labels)
        try object.encode(created.map { CorpusNumber.double($0) }, forKey: .created)
        try object.encode(exemplars, forKey: .exemplars)
        switch value {
        case .integer(let value): try object.encode(CorpusNumber.whole(value), forKey: .value)
        case .double(let value): try object.encode(CorpusNumber.double(value), forKey: .value)
        case .info: try object.encode(CorpusNumber.whole(1), forKey: .value)
        case .stateSet(let active): try object.encode(active, forKey: .value)
        case .summary(let count, let sum):
            try object.encode([CorpusNumber.whole(count), .double(sum)], forKey: .value)
        case .histogram(let counts, let sum):
            try object.encode(counts.map { CorpusNumber.whole($0) } + [.double(sum)], forKey: .value)
        case .nativeHistogram(let value):
            // Only what was observed: the number of a bucket within the shape, and its count.
            let observed = value.counts.enumerated().filter { $0.element > 0 }
            try object.encode(observed.map { [CorpusNumber.whole(UInt64($0.offset)), .whole($0.element)] }, forKey: .observed)
            try object.encode(
                [CorpusNumber.whole(value.below), .whole(value.zeroCount), .whole(value.above), .double(value.sum)],
                forKey: .value)
        }
    }

    private enum Key: CodingKey { case labels, created, exemplars, value, observed }
}

struct CorpusExemplar: Encodable, Sendable {
    let labels: [(String, String)]
    let value: Double
    let timestamp: Double?

    func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(labels.map { [$0.0, $0.1] })
        try list.encode(CorpusNumber.double(value))
        try list.encode(timestamp.map { CorpusNumber.double($0) })
    }
}

/// A number by its bits instead of decimals, so that no rule of printing hides a difference.
enum CorpusNumber: Encodable, Sendable {
    case whole(UInt64)
    case double(Double)

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .whole(let whole): try value.encode("i:\(whole)")
        case .double(let double): try value.encode("d:" + String(double.bitPattern, radix: 16))
        }
    }
}
