import ApusMetrics

extension Sequence where Element: LabelKey {
    /// The names of the labels, in order.
    var names: [String] {
        // Not by a key path, which generic code builds anew at each call.
        map { $0.rawValue }
    }
}
