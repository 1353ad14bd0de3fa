import ApusMetrics

/// Labels as they identify a series: legal names, in order, each once, and none without a value.
enum CanonicalLabels {
    /// Renders labels. Names that are not legal are mended; those that the series may not have get `exported_` before them, as
    /// Prometheus does it.
    static func render(_ labels: [(String, String)], of family: MetricFamily) -> [UInt8] {
        var named: [String: String] = [:]
        for (name, value) in labels where !value.isEmpty {
            let legal = mended(name, of: family)
            // A label that is called so from the start stands above one that is made to be.
            if legal == name || named[legal] == nil { named[legal] = value.withoutNull }
        }
        named[""] = nil
        return LabelBytes.render(named.sorted { $0.key < $1.key })
    }

    private static func mended(_ name: String, of family: MetricFamily) -> String {
        let legal = MetricName.isLegalLabel(name) ? name : MetricName.mendedLabel(name)
        return family.reserves(label: legal) ? "exported_" + legal : legal
    }
}
