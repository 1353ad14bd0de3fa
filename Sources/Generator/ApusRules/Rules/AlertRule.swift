import ApusFiles
import ApusPromQL
package import ApusTopology

/// An alert as a fleet's rules have it.
package struct AlertRule {
    package let alert: Alert
    /// How long its condition must last.
    let hold: Duration
    /// How long it fires on after its condition has ceased; nil: not at all.
    var keepFiring: Duration? { alert.keepFiring.flatMap { $0 > .zero ? $0 : nil } }
    /// The declaration that ``hold`` follows from.
    let holdPlace: SourcePlace
    /// Where people read its runbook.
    let runbookURL: String
    /// The declaration that ``runbookURL`` follows from.
    let runbookPlace: SourcePlace

    /// Labels that the rule adds to those of its condition's series, in the order in which they are written.
    var labels: [(String, String)] {
        [("severity", alert.severity.rawValue)] + alert.labels.sorted { $0.key < $1.key }
    }

    /// The declarations that the lines of the rule follow from: the limit and the severity from the alert's threshold, if it has
    /// one.
    ///
    /// - Parameter path: where the rule is in its file.
    func origins(at path: [String]) -> [FileOrigin] {
        let limit = alert.threshold.map { threshold in
            FileOrigin(
                .element(path + ["expr"]), threshold.place,
                remark: threshold.isDefault
                    ? "the default of Thresholds.\(threshold.name): write Thresholds(.\(threshold.name)(…)) for another" : nil)
        }
        let origins = [
            FileOrigin(.element(path), alert.place), FileOrigin(.element(path + ["for"]), holdPlace),
            FileOrigin(.element(path + ["annotations", "runbook_url"]), runbookPlace),
        ]
        guard let limit else { return origins }
        return origins + [limit, FileOrigin(.element(path + ["labels", "severity"]), limit.place, remark: limit.remark)]
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
