package import ApusMetrics

/// A family as a reader found it, with its series in order of registration.
package struct SegmentFamily: Sendable {
    package let family: MetricFamily
    package internal(set) var series: [SegmentSeries] = []
}

/// A series as a reader found it: checked labels and the place of its cells.
package struct SegmentSeries: Sendable {
    /// Rendered, without braces and without `service` and `instance`.
    package let labels: [UInt8]
    package let form: ValueForm
    let firstCell: Int
    let cellCount: Int
    /// Planes that the value is spread over: 1 for a gauge.
    let planes: Int
}
