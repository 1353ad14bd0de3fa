/// Writes messages `io.prometheus.client.MetricFamily`, each after its length
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#protobuf-format).
///
/// The caller brings families one by one, each with all its series. ``bytes`` holds whole messages at any time, so that it can be
/// taken and emptied between two series: the family then goes on in another message with the same name, help, type and unit, which
/// Prometheus reads as it reads one. A family without a series leaves nothing.
///
/// Protobuf knows neither info nor state set: they are gauges. A family has its whole name, `_total` included.
public struct ProtobufEncoder: Sendable {
    /// The `Content-Type`.
    public static let contentType = ExpositionFormat.protobuf.contentType

    public var bytes: [UInt8] { writer.bytes }
    /// Whether native histograms have their native buckets beside the classic ones: Prometheus takes a whole family for what its first
    /// series is, so that one which has classic histograms too is to be classic throughout.
    package var writesNative = true
    var writer = ProtobufWriter()
    /// The bucket bounds of the family whose points are written.
    var bounds = BucketBounds()
    /// What each message of the family begins with.
    private var head: [UInt8] = []
    private var kind = MetricKind.gauge
    /// The start of the fields of the message that series are added to; `nil` when the next series needs a new one.
    private var message: Int?

    public init(reservingCapacity capacity: Int = 0) {
        writer.bytes.reserveCapacity(capacity)
    }

    /// Starts a family.
    public mutating func begin(_ family: MetricFamily) {
        begin(name: family.name, help: family.help, type: family.kind.protobufType, unit: family.unit)
        kind = family.kind
    }

    /// Starts a family.
    ///
    /// - Parameter type: its number in the enumeration `MetricType`.
    mutating func begin(name: String, help: String, type: UInt64, unit: String?) {
        message = nil
        var fields = ProtobufWriter()
        fields.string(1, name)
        if !help.isEmpty { fields.string(2, help) }
        fields.unsigned(3, type)
        if let unit { fields.string(5, unit) }
        head = fields.bytes
    }

    /// Finishes the exposition, for which protobuf has nothing to write.
    public mutating func finish() { message = nil }

    /// Forgets the bytes so far, which the caller has taken, and goes on where the exposition stands.
    public mutating func removeAll(keepingCapacity: Bool = true) {
        message = nil
        writer.bytes.removeAll(keepingCapacity: keepingCapacity)
    }

    /// One series of the counter or gauge that was begun last, with labels rendered on the spot; of another kind ``point(_:of:)``
    /// writes it.
    public mutating func sample(_ labels: [(String, String)], _ value: Double) {
        guard let field = kind.numberField else { return }
        let metric = openMetric()
        writer.labels(LabelBytes.render(labels)[...])
        number(field, value)
        closeMetric(metric)
    }

    /// A gauge or counter with one number.
    mutating func number(_ field: UInt64, _ value: Double) {
        let number = writer.open(field)
        writer.double(1, value)
        writer.close(number)
    }

    mutating func openMetric() -> Int {
        openMessage()
        return writer.open(4)
    }

    mutating func closeMetric(_ metric: Int) {
        writer.close(metric)
        updateMessage()
    }

    /// Sees that there is a message that metrics can be added to.
    mutating func openMessage() {
        if let message, writer.bytes.count - message > ProtobufWriter.longestMessage / 2 { self.message = nil }
        if message == nil {
            message = writer.openDelimited()
            writer.bytes.append(contentsOf: head)
        }
    }

    /// Writes the length of the message as of now.
    mutating func updateMessage() {
        if let message { writer.updateDelimited(message) }
    }
}

extension MetricKind {
    /// The number of the kind in the enumeration `MetricType`.
    fileprivate var protobufType: UInt64 {
        switch self {
        case .counter: 0
        case .gauge, .info, .stateSet: 1
        case .summary: 2
        case .histogram, .nativeHistogram: 4
        }
    }

    /// The field of a message `Metric` that holds a single number of this kind.
    fileprivate var numberField: UInt64? {
        switch self {
        case .gauge, .info: 2
        case .counter: 3
        case .stateSet, .summary, .histogram, .nativeHistogram: nil
        }
    }
}
