package import ApusMetrics
package import ApusPromQL
package import ApusTopology

/// An alert with the proof that it works: what its file and its test are written from.
package struct AlertRule {
    /// In CamelCase.
    let name: String
    let condition: PromQLExpression
    let hold: Duration
    let severity: Severity
    /// One plain sentence.
    let summary: String
    let description: [TextPart]
    let proof: AlertProof

    /// - Parameters:
    ///   - condition: fires for each series of its result.
    ///   - description: may name the labels of the condition's series, and their values.
    ///   - proof: input for which the alert is silent, fires and resolves.
    package init<Key>(
        _ name: String, when condition: InstantVector<Key>, for hold: Duration, severity: Severity, summary: String,
        description: LabelText<Key>, proof: AlertProof
    ) {
        self.name = name
        self.condition = condition.expression
        self.hold = hold
        self.severity = severity
        self.summary = summary
        self.description = description.parts
        self.proof = proof
    }

    /// Throws the first thing that Prometheus would refuse or that would mislead.
    package func check(scrapeInterval: Duration) throws(GenerationError) {
        let place = "alert \(name)"
        let faults = condition.faults(in: .rule(scrapeInterval: scrapeInterval))
        guard faults.isEmpty else { throw .faultyQuery(place: place, faults: faults) }
        let labels = condition.resultLabels ?? []
        for label in description.labelNames where !labels.contains(label) {
            throw .unknownLabel(label, place: place)
        }
    }
}
