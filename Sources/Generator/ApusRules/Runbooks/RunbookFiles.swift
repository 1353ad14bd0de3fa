package import ApusFiles
import ApusPromQL
import ApusText
package import ApusTopology

/// `docs/runbooks/ALERT.md` for each alert, and the list of them, `docs/runbooks/README.md`.
package func runbookFiles(for fleet: Fleet, groups: [AlertGroup]) -> [GeneratedFile] {
    let pages = groups.flatMap { group in
        firstOfEachName(group.rules).map { rule in
            GeneratedFile(
                path: "\(runbookFolder)/\(rule.alert.name).md", contents: page(rule, group, fleet),
                origins: [FileOrigin(.whole, rule.alert.place)])
        }
    }
    return [index(groups, fleet).file("\(runbookFolder)/README.md")] + pages
}

/// Where runbooks lie; other files of `docs` are written by people.
private let runbookFolder = "docs/runbooks"

/// Alerts of one name share a page.
private func firstOfEachName(_ rules: [AlertRule]) -> [AlertRule] {
    var names: Set<String> = []
    return rules.filter { names.insert($0.alert.name).inserted }
}

private let notice = "<!-- Written by `apus generate`: change the topology instead. -->\n"

private func page(_ rule: AlertRule, _ group: AlertGroup, _ fleet: Fleet) -> String {
    let alert = rule.alert
    let queries = [("What the alert asks", alert.condition)] + alert.runbook.queries.map { ($0.title, $0.expression) }
    return """
        \(notice)
        # \(alert.name)

        \(alert.summary)

        | Severity | Fires after | Rule |
        | --- | --- | --- |
        | \(alert.severity.rawValue) | \(DurationText.string(rule.hold)) | `\(group.path)` |

        ## Meaning

        \(alert.runbook.meaning)

        ## Impact

        \(alert.runbook.impact)

        ## What to do

        \(alert.runbook.actions.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n"))

        ## Queries

        \(queries.map { "\($0):\n\n```promql\n\($1)\n```" }.joined(separator: "\n\n"))

        ## Limits

        \(limits(of: rule, fleet))

        """
}

/// Where the numbers of a rule are declared, as far as that is in the topology.
private func limits(of rule: AlertRule, _ fleet: Fleet) -> String {
    let alert = rule.alert
    var sentences: [String] = []
    if fleet.alerts.contains(where: { $0.name == alert.name }) || fleet.objectives.contains(where: { $0.place == alert.place })
    {
        sentences.append("The alert is declared at `\(alert.place)`.")
    }
    for threshold in alert.limits {
        sentences.append(
            threshold.isDefault
                ? "`Thresholds.\(threshold.name)` has its default."
                : "`Thresholds.\(threshold.name)` is declared at `\(threshold.place)`.")
    }
    if rule.holdPlace == fleet.alerting.place {
        sentences.append("How long alerts hold is declared at `\(fleet.alerting.place)`.")
    } else if rule.holdPlace == fleet.scraping.place {
        sentences.append("It holds for two evaluations, whose interval is declared at `\(fleet.scraping.place)`.")
    } else {
        sentences.append("How long it holds is the alert's own.")
    }
    if let keepFiring = rule.keepFiring {
        sentences.append("It fires on for \(DurationText.string(keepFiring)) after its condition has ceased.")
    }
    return sentences.joined(separator: " ")
}

private func index(_ groups: [AlertGroup], _ fleet: Fleet) -> PlacedText {
    var text = PlacedText()
    text.add(
        """
        \(notice)
        # Runbooks of \(fleet.name)

        What to do when an alert fires. In commands, words in capitals stand for what the alert names: `SERVICE` and `INSTANCE` are its
        labels, `AGENT` is the address of the agent that watches the instance, `PID` is the process's id (`systemctl show -p MainPID UNIT`).

        | Alert | Severity | What is the case |
        | --- | --- | --- |
        """)
    for rule in firstOfEachName(groups.flatMap(\.rules)) {
        let alert = rule.alert
        text.add(
            "| [\(alert.name)](\(alert.name).md) | \(alert.severity.rawValue) | \(alert.summary) |",
            from: alert.place)
    }
    text.add("\n## Agents\n\n| Agent | Address |\n| --- | --- |")
    for agent in fleet.agentEndpoints { text.add("| \(agent.name) | `\(agent.address)` |", from: agent.place) }
    return text
}
