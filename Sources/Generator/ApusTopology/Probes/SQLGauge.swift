public import ApusMetrics

/// A gauge that a query gives: each row is a series, one column its value, and the others its labels by their names.
///
/// ```swift
/// SQLGauge(Contract.queueDepth, query: "SELECT state, count(*) AS jobs FROM queue GROUP BY state", value: "jobs")
/// ```
///
/// Name, help and labels are those of the declaration, to which alerts and panels refer as well. Where a service reports a gauge of that
/// name itself, the agent serves what the store says.
public struct SQLGauge: Hashable, Sendable {
    /// What the gauge is declared as.
    package let family: MetricFamily
    /// One statement that reads.
    public let query: String
    /// The name of the column that has the value.
    public let value: String

    public init<Labels: LabelSet>(_ gauge: Gauge<Labels>, query: String, value: String = "value") {
        family = gauge.family
        self.query = query
        self.value = value
    }
}
