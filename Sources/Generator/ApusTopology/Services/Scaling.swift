/// Between how many replicas a service may have where something scales it; what it does is watched by
/// ``Threshold/queueDepth``.
public struct Scaling: Hashable, Sendable {
    public let minimum: Int
    public let maximum: Int

    public init(minimum: Int, maximum: Int) {
        self.minimum = minimum
        self.maximum = maximum
    }
}
