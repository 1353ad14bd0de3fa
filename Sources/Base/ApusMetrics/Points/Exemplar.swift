/// An observation that stands for its series: a value with the labels of, say, the trace that it came from.
public struct Exemplar: Equatable, Sendable {
    /// Rendered without braces (``LabelBytes``); names and values have at most 128 characters together.
    public let labels: [UInt8]
    public let value: Double
    /// Seconds since the Unix epoch.
    public let timestamp: Double?

    public init(labels: [UInt8], value: Double, timestamp: Double?) {
        self.labels = labels
        self.value = value
        self.timestamp = timestamp
    }
}
