/// A series as a reader found it: checked labels and the place of its cells. The reader does not keep it.
package struct SegmentSeries: Sendable {
    /// Rendered, without braces and without `service` and `instance`.
    package let labels: [UInt8]
    package let cells: CellRange
}
