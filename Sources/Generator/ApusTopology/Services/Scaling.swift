public import ApusPromQL

/// Between how many replicas a service may have where something scales it, and by what.
public struct Scaling: Hashable, Sendable {
    public let minimum: Int
    public let maximum: Int
    /// The work that waits for the service; nil: it is scaled by its CPU (``Threshold/cpuPercent``).
    public let backlog: Backlog?

    public init(minimum: Int, maximum: Int, by backlog: Backlog? = nil) {
        self.minimum = minimum
        self.maximum = maximum
        self.backlog = backlog
    }

    /// Work that waits for a service, and how much of it an alert watches: at that, all replicas that there may be are at work.
    public struct Backlog: Hashable, Sendable {
        public let query: PromQLExpression
        /// The limit of the alert, as it is unless the fleet sets another one.
        let standard: Threshold

        /// - Parameter vector: what waits, as one series.
        public init<Key>(_ vector: InstantVector<Key>, watchedBy key: ThresholdKey<Int>) {
            query = vector.expression
            standard = key.standard
        }

        /// How much of the work each of so many replicas takes in a fleet.
        package func share(of replicas: Int, in fleet: Fleet) -> Int {
            max(1, fleet.thresholds.holding(standard).wholeValue / max(1, replicas))
        }
    }
}
