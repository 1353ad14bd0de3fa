/// A series with all that is known of it at one moment, for encoders that need more than a number a line.
public struct Point: Equatable, Sendable {
    /// Rendered without braces (``LabelBytes``), those of the target included.
    public let labels: [UInt8]
    public let value: PointValue
    /// Seconds since the Unix epoch at which the count began; `nil` where nobody knows, and for what does not count.
    public let created: Double?
    /// For a counter at most one; for a histogram as many as it has buckets, `+Inf`'s last, or none; else none.
    public let exemplars: [Exemplar?]

    public init(labels: [UInt8], value: PointValue, created: Double? = nil, exemplars: [Exemplar?] = []) {
        self.labels = labels
        self.value = value
        self.created = created
        self.exemplars = exemplars
    }
}
