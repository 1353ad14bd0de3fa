extension MetricFamily {
    /// The maximum number of states of a state set.
    public static let mostStates = 64

    /// What contradicts the data model or the naming rules of this product, in words; empty when nothing does.
    public var faults: [String] { nameFaults + labelFaults + bucketFaults + stateFaults }

    private var nameFaults: [String] {
        var faults: [String] = []
        if !MetricName.isLegal(name) { faults.append("\(name): not a legal metric name") }
        if kind == .counter && !name.hasSuffix("_total") { faults.append("\(name): a counter's name ends in _total") }
        if kind == .info && !(name.hasSuffix("_info") && name != "_info") {
            faults.append("\(name): an info's name ends in _info")
        }
        if help.isEmpty { faults.append("\(name): no help text") }
        if let declaredUnit {
            if kind == .info || kind == .stateSet {
                faults.append("\(name): what has no number has no unit")
            } else if declaredUnit.isEmpty || !openMetricsName.hasSuffix("_" + declaredUnit) {
                let place = kind == .counter ? " before _total" : ""
                faults.append("\(name): the name must end in its unit, _\(declaredUnit)\(place)")
            }
        }
        if keepsExemplars && kind != .counter && kind != .histogram {
            faults.append("\(name): only counters and histograms with explicit buckets keep exemplars")
        }
        return faults
    }

    private var labelFaults: [String] {
        var faults: [String] = []
        for label in labelNames where !MetricName.isLegalLabel(label) || MetricName.isTargetLabel(label) || label == "le" {
            faults.append("\(name): label \(label) is illegal or belongs to the target")
        }
        if Set(labelNames).count != labelNames.count { faults.append("\(name): a label is declared twice") }
        if kind == .stateSet && labelNames.contains(stateLabel) {
            faults.append("\(name): the label \(stateLabel) is the one that tells the state")
        }
        if kind == .summary && labelNames.contains("quantile") {
            faults.append("\(name): the label quantile belongs to summaries that have some")
        }
        return faults
    }

    private var bucketFaults: [String] {
        var faults: [String] = []
        if (kind == .histogram) == buckets.isEmpty {
            faults.append("\(name): \(buckets.isEmpty ? "a histogram needs buckets" : "only a histogram has buckets")")
        }
        if zip(buckets, buckets.dropFirst()).contains(where: { $0 >= $1 }) || buckets.contains(where: { !$0.isFinite }) {
            faults.append("\(name): buckets must be finite and ascending")
        }
        if (kind == .nativeHistogram) != (shape != nil) {
            faults.append("\(name): a native histogram has a shape, and nothing else has one")
        }
        return faults
    }

    private var stateFaults: [String] {
        guard kind == .stateSet else { return states.isEmpty ? [] : ["\(name): only a state set has states"] }
        var faults: [String] = []
        if !(1...Self.mostStates).contains(states.count) {
            faults.append("\(name): a state set has 1 to \(Self.mostStates) states, not \(states.count)")
        }
        if states.contains(where: { $0.isEmpty || $0.utf8.contains(UInt8(ascii: "\n")) }) {
            faults.append("\(name): a state is empty or has a line break")
        }
        if name.utf8.contains(UInt8(ascii: ":")) {
            faults.append("\(name): a state set's name is a label's too, which has no colon")
        }
        if Set(states).count != states.count { faults.append("\(name): a state is declared twice") }
        return faults
    }
}
