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
    package let cells: CellRange
}

/// Where the cells of a series are, checked to be within the segment. It refers to nothing, so that copying it costs nothing.
package struct CellRange: Sendable {
    package let form: ValueForm
    let first: Int32
    let count: Int32
    /// Planes that the value is spread over: 1 for a gauge.
    let planes: Int32
}
