package import ApusFiles
import ApusPromQL
import ApusText
package import ApusTopology

/// `deploy/alertmanager/alertmanager.yml`; none for a fleet that declares no routing.
///
/// - Parameter inhibitions: those of the fleet's packs, in the order of these.
/// - Throws: ``RuleError/toolTooOld(_:place:)`` when the fleet's Alertmanager cannot read what the routing needs;
///   ``RuleError/inhibitionOfUnknownAlert(_:place:)``.
package func alertmanagerFiles(
    for fleet: Fleet, groups: [AlertGroup], inhibitions: [Inhibition]
) throws -> [GeneratedFile] {
    let inhibitRules = try inhibitRules(of: inhibitions, among: Set(groups.flatMap(\.rules).map(\.alert.name)))
    guard fleet.declaresRouting else { return [] }
    let routing = fleet.routing
    try check(routing, for: fleet.tools.alertmanager)
    let nobody = "nobody"
    let receivers = routing.receivers.map { Placed(AlertmanagerConfiguration.ReceiverNode($0), $0.place) }
    let configuration = AlertmanagerConfiguration(
        route: .init(
            receiver: routing.defaultReceiver ?? nobody, groupBy: ["alertname", "service", "severity"],
            groupWait: DurationText.string(routing.groupWait), groupInterval: DurationText.string(routing.groupInterval),
            repeatInterval: DurationText.string(routing.repeatInterval),
            routes: routing.routes.map { Placed(AlertmanagerConfiguration.RouteNode($0), $0.place) }),
        inhibitRules: inhibitRules,
        receivers: routing.defaultReceiver == nil ? receivers + [Placed(.init(name: nobody), routing.place)] : receivers)
    return [
        try YAMLFile.file("deploy/alertmanager/alertmanager.yml", configuration)
    ]
}

/// Files of secrets came into Alertmanager one by one.
private func check(_ routing: Routing, for version: ToolVersion) throws(RuleError) {
    for receiver in routing.receivers {
        for way in receiver.ways {
            let (since, what) =
                switch way {
                case .webhook: (ToolVersion(0, 22), "matchers")
                case .slack: (ToolVersion(0, 22), "a file for Slack's address")
                case .email: (ToolVersion(0, 25), "a file for the password of the mail server")
                case .pagerDuty: (ToolVersion(0, 25), "a file for PagerDuty's key")
                }
            guard version >= since else {
                throw .toolTooOld(
                    "Alertmanager \(version) knows no \(what), which came with \(since): raise ToolVersions.alertmanager",
                    place: "receiver \(receiver.name) at \(receiver.place)")
            }
        }
    }
}

private func inhibitRules(
    of inhibitions: [Inhibition], among names: Set<String>
) throws(RuleError) -> [AlertmanagerConfiguration.InhibitRule] {
    var byName: [AlertmanagerConfiguration.InhibitRule] = []
    for inhibition in merged(inhibitions) {
        let sources = try texts(of: inhibition.sources, in: inhibition, among: names)
        let targets = try texts(of: inhibition.targets, in: inhibition, among: names)
        guard !sources.isEmpty, !targets.isEmpty else { continue }
        byName.append(
            AlertmanagerConfiguration.InhibitRule(
                sourceMatchers: [matcher("alertname", anyOf: sources)], targetMatchers: [matcher("alertname", anyOf: targets)],
                equal: inhibition.labels))
    }
    // Of alerts that have several severities only the gravest is told.
    let bySeverity = Severity.allCases.dropLast().enumerated().map { index, severity in
        AlertmanagerConfiguration.InhibitRule(
            sourceMatchers: [matcher("severity", anyOf: [severity.rawValue])],
            targetMatchers: [matcher("severity", anyOf: Severity.allCases[(index + 1)...].map(\.rawValue))],
            equal: ["alertname", "service", "instance", "objective"])
    }
    return byName + bySeverity
}

/// Joins inhibitions that have the same sources and labels, and puts those on labels that not every target has last.
private func merged(_ inhibitions: [Inhibition]) -> [Inhibition] {
    var merged: [Inhibition] = []
    for inhibition in inhibitions {
        if let index = merged.firstIndex(where: { $0.sources == inhibition.sources && $0.labels == inhibition.labels }) {
            merged[index] = merged[index].adding(inhibition.targets)
        } else {
            merged.append(inhibition)
        }
    }
    func isOfTargets(_ inhibition: Inhibition) -> Bool { inhibition.labels.allSatisfy { TargetKey(rawValue: $0) != nil } }
    return merged.filter(isOfTargets) + merged.filter { !isOfTargets($0) }
}

/// The names of the alerts that the fleet has.
private func texts(
    of alerts: [AlertName], in inhibition: Inhibition, among names: Set<String>
) throws(RuleError) -> [String] {
    for alert in alerts where !alert.isOptional && !names.contains(alert.text) {
        throw .inhibitionOfUnknownAlert(alert.text, place: "\(inhibition.place)")
    }
    return alerts.map(\.text).filter(names.contains)
}

/// Names of alerts, services and severities need no escape in a regular expression.
private func matcher(_ label: String, anyOf values: [String]) -> String {
    values.count == 1 ? "\(label)=\"\(values[0])\"" : "\(label)=~\"\(values.joined(separator: "|"))\""
}

extension AlertmanagerConfiguration.RouteNode {
    fileprivate init(_ route: Route) {
        let severities = route.severities.isEmpty ? [] : [matcher("severity", anyOf: route.severities.map(\.rawValue))]
        self.init(
            receiver: route.receiver, matchers: severities + (route.service.map { [matcher("service", anyOf: [$0])] } ?? []),
            repeatInterval: route.repeatInterval.map(DurationText.string))
    }
}

extension AlertmanagerConfiguration.ReceiverNode {
    fileprivate init(_ receiver: Receiver) {
        var webhooks: [AlertmanagerConfiguration.Webhook] = []
        var emails: [AlertmanagerConfiguration.Email] = []
        var pagerDuties: [AlertmanagerConfiguration.PagerDuty] = []
        var slacks: [AlertmanagerConfiguration.Slack] = []
        for way in receiver.ways {
            switch way {
            case .webhook(let url): webhooks.append(.init(url: url))
            case .email(let to, let from, let smartHost, let user, let passwordFile):
                emails.append(.init(to: to, from: from, smartHost: smartHost, user: user, passwordFile: passwordFile))
            case .pagerDuty(let file):
                pagerDuties.append(.init(routingKeyFile: file, severity: Self.pagerDutySeverity))
            case .slack(let channel, let file):
                slacks.append(.init(channel: channel, webhookFile: file, title: Self.title, text: Self.text))
            }
        }
        self.init(name: receiver.name, webhooks: webhooks, emails: emails, pagerDuties: pagerDuties, slacks: slacks)
    }

    /// PagerDuty has words of its own.
    private static let pagerDutySeverity =
        #"{{ if eq .CommonLabels.severity "critical" }}critical{{ else if eq .CommonLabels.severity "high" }}error{{ else }}warning{{ end }}"#
    private static let title = "{{ .Status | toUpper }}: {{ .CommonAnnotations.summary }}"
    private static let text =
        "{{ range .Alerts }}{{ .Annotations.description }} <{{ .Annotations.runbook_url }}|Runbook>\n{{ end }}"
}
