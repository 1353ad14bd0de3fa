import ApusPromQL
package import ApusTopology

/// An alert as a fleet's rules have it.
package struct AlertRule {
    package let alert: Alert
    /// How long its condition must last.
    let hold: Duration
    /// Where people read its runbook.
    let runbookURL: String

    /// Labels that the rule adds to those of its condition's series, in the order in which they are written.
    var labels: [(String, String)] {
        [("severity", alert.severity.rawValue)] + alert.labels.sorted { $0.key < $1.key }
    }

    /// Throws the first thing that Prometheus would refuse or that would mislead.
    package func check(scrapeInterval: Duration) throws(RuleError) {
        let place = "alert \(alert.name)"
        guard alert.name.wholeMatch(of: /[A-Z][A-Za-z0-9]*/) != nil else { throw .illegalAlertName(alert.name) }
        let findings = alert.condition.findings(in: .alert(scrapeInterval: scrapeInterval)).filter { $0.severity == .error }
        guard findings.isEmpty else { throw .faultyQuery(place: place, findings: findings) }
        let labels = alert.condition.resultLabels ?? []
        for label in alert.description.labelNames where !labels.contains(label) {
            throw .unknownLabel(label, place: place)
        }
        // A value in a label makes a new alert of each change, which never lasts long enough.
        for (name, value) in alert.labels where name == "severity" || value.contains("{{") {
            throw .illegalAlertLabel(name, place: place)
        }
    }
}
