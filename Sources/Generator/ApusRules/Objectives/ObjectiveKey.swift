package import ApusMetrics

/// The labels of what is recorded of objectives.
package enum ObjectiveKey: String, LabelKey {
    /// The objective's name.
    case objective
    case service
}
