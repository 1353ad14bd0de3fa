import ApusPromQL
package import ApusTopology

/// The alerts of one concern: a file of rules, a group in it, and a file of tests.
package struct AlertGroup {
    /// `fleet`, `database`: names the files.
    package let concern: String
    let groupName: String
    /// Between two evaluations; nil for that of all rules.
    let interval: Duration?
    /// Between two evaluations in the test.
    let step: Duration
    package let rules: [AlertRule]

    package var path: String { "rules/\(fileName).yml" }
    var testPath: String { "rules/\(fileName).test.yml" }
    var fileName: String { "\(concern)-alerts" }
}

extension AlertGroup {
    /// The groups of a fleet's alerts, checked; a concern without an alert gives none.
    ///
    /// - Parameter concerns: the alerts by concern, in the order of the files.
    package static func all(
        of fleet: Fleet, concerns: [(name: String, alerts: [Alert])]
    ) throws(RuleError) -> [AlertGroup] {
        var names: Set<String> = []
        var groups: [AlertGroup] = []
        for (concern, alerts) in concerns {
            for alert in alerts where !names.insert(alert.identity).inserted { throw .repeatedName(alert.name) }
            let slow = alerts.filter { $0.condition.longestWindow >= slowWindow }
            let quick = alerts.filter { $0.condition.longestWindow < slowWindow }
            let window = slow.map(\.condition.longestWindow).min() ?? slowWindow
            let interval = max(fleet.scraping.evaluationInterval, min(wholeMinutes(window / 120), slowest))
            groups += try [
                AlertGroup(fleet, concern, quick, interval: nil),
                AlertGroup(fleet, "\(concern)-trend", slow, interval: interval),
            ]
        }
        return groups.filter { !$0.rules.isEmpty }
    }

    /// What looks back that far moves slowly: it is evaluated less often, and tested in fewer steps.
    private static let slowWindow = Duration.seconds(1800)

    /// Prometheus forgets after five minutes that an alert fires.
    private static let slowest = Duration.seconds(240)

    /// At least one.
    private static func wholeMinutes(_ duration: Duration) -> Duration {
        .seconds(60) * max(Int((duration / .seconds(60)).rounded()), 1)
    }

    private init(_ fleet: Fleet, _ concern: String, _ alerts: [Alert], interval: Duration?) throws(RuleError) {
        self.concern = concern
        groupName = "\(fleet.name)-\(concern)"
        self.interval = interval == fleet.scraping.evaluationInterval ? nil : interval
        let step = interval ?? fleet.scraping.evaluationInterval
        self.step = step
        var rules: [AlertRule] = []
        for alert in alerts {
            let (asked, place) = alert.hold.map { ($0, alert.place) } ?? (fleet.alerting.hold, fleet.alerting.place)
            // One bad evaluation fires nothing.
            let least = step * 2
            let rule = AlertRule(
                alert: alert, hold: max(asked, least),
                holdPlace: asked >= least ? place : interval == nil ? fleet.scraping.place : alert.place,
                runbookURL: "\(fleet.alerting.runbooks)/\(alert.name).md", runbookPlace: fleet.alerting.place)
            try rule.check(scrapeInterval: fleet.scraping.interval)
            rules.append(rule)
        }
        self.rules = rules
    }
}

extension [AlertGroup] {
    /// The thresholds that the alerts watch, each once.
    package var thresholds: [Threshold] {
        var names: Set<String> = []
        return flatMap(\.rules).flatMap(\.alert.limits).filter { names.insert($0.name).inserted }
    }
}

extension Alert {
    /// Alerts of one name tell their conditions apart by labels: windows and objectives.
    fileprivate var identity: String {
        labels.isEmpty ? name : "\(name) \(labels.sorted { $0.key < $1.key }) \(condition)"
    }
}
