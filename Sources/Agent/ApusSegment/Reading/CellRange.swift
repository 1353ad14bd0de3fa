/// Where the cells of a series are, checked to be within the segment. Sixteen bytes that refer to nothing: an agent keeps one for
/// each of a million series, and copying it costs nothing.
package struct CellRange: Sendable {
    /// In the first plane.
    let first: UInt32
    let count: UInt16
    /// Planes that the value is spread over: 1 for a gauge.
    let planes: UInt8
    package let form: ValueForm
    /// The entry that tells when the count began; 0, which is never a series, for what does not count.
    let entry: UInt32
    /// Where the exemplars' slots begin in the arena; 0 for none.
    let exemplars: UInt32
}
