import ApusMetrics

/// Rules that a writer keeps and a reader checks.
extension MetricFamily {
    /// Whether series of the family may not have a label of this name: the reading side adds `service` and `instance`, and Prometheus
    /// `job`; buckets have `le`, quantiles `quantile`, and a state set's samples a label that is called as the family is.
    func reserves(label: String) -> Bool {
        switch label {
        case "le": true
        case _ where MetricName.isTargetLabel(label): true
        case "quantile": kind == .summary
        default: kind == .stateSet && label == stateLabel
        }
    }

    /// Whether the declared unit ends the name, where the kind may have one (OpenMetrics 1.0, "Unit").
    var hasSoundUnit: Bool { kind != .info && kind != .stateSet && declaredUnit != nil && unit == declaredUnit }
}

extension MetricKind {
    var canKeepExemplars: Bool { self == .counter || self == .histogram }
}
