import ApusTopology

let alertRulePath = "rules/fleet-alerts.yml"

/// The files of rules that Prometheus loads for a fleet, below the output folder, in the order of their evaluation.
func rulePaths(of fleet: Fleet) -> [String] { [alertRulePath] }

/// `rules/fleet-alerts.yml`.
func ruleFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    let file = RuleFile(groups: [.init(name: fleet.name, rules: try checkedAlerts(of: fleet).map(RuleFile.Alert.init))])
    return [GeneratedFile(path: alertRulePath, contents: try YAMLFile.contents(file))]
}

/// The fleet's alerts, or the first thing that is wrong with one.
func checkedAlerts(of fleet: Fleet) throws(GenerationError) -> [AlertRule] {
    let alerts = FleetAlerts(fleet: fleet).all
    var names: Set<String> = []
    for alert in alerts {
        guard names.insert(alert.name).inserted else { throw .repeatedName(alert.name, kind: "alert") }
        try alert.check(scrapeInterval: fleet.scraping.interval)
    }
    return alerts
}
