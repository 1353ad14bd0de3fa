import ApusFiles
import ApusGenerator
import ApusTopology
import GeneratorTesting
import MonitoringPacks
import NotificationFleet
import Testing

@Suite struct `Alerts on deliveries` {
    @Test(arguments: DeliveringFleets.all)
    func `have a hold, a severity, texts and a runbook each`(fleet: Fleet) throws {
        try AlertRuleExpectations.rulesAreComplete(of: fleet)
    }

    @Test(arguments: DeliveringFleets.all)
    func `promtool accepts the rules, lints them and runs the tests written for them`(fleet: Fleet) throws {
        try AlertRuleExpectations.rulesPassPromtool(of: fleet)
    }

    @Test func `are those of the pack, in a file of their own`() throws {
        let names = try TestedRule.all(of: DeliveringFleets.production)
            .filter { $0.file == "rules/delivery-alerts.yml" }.map(\.rule.name)
        #expect(
            names == [
                "DeepQueue", "OldQueue", "DeliveriesStalled", "ThroughputTooLow", "HighErrorRate", "HighDeliveryLatency",
                "LockContention",
            ])
    }

    @Test(arguments: [
        ("HighCPU", "worker_cpu_usage_percent > 70"), ("HighMemory", "worker_memory_usage_bytes > 536870912"),
        ("TooManyDatabaseConnections", "sum(database_connections_total) > 50"),
        (
            "DeepQueue",
            #"sum by (service) (max by (service, state) (notification_queue_depth{service="worker"})) > 10000"#
        ),
        ("InstanceDown", #"apus_service_up{service=~"api|worker"} == 0 or up{job="apus-agent"} == 0"#),
        ("ServiceAbsent", #"absent(apus_service_up{service="api"}) or absent(apus_service_up{service="worker"})"#),
    ])
    func `watch the contract's metrics against the fleet's thresholds`(alert: String, expression: String) throws {
        let rules = try RuleDocument.alerts(of: notificationFleet())
        #expect(rules.first { $0.alert == alert }?.expr == expression)
    }

    @Test(arguments: DeliveringFleets.all)
    func `lead from each line of a rule to what it follows from`(fleet: Fleet) throws {
        try AlertRuleExpectations.linesLeadToDeclarations(of: fleet)
    }

    @Test(arguments: [
        ("HighCPU", "expr", "NotificationFleet/Fleet.swift", "cpuPercent"),
        ("HighCPU", "for", "NotificationFleet/Fleet.swift", "Alerting("),
        ("DeepQueue", "expr", "NotificationFleet/Fleet.swift", "queueDepth"),
        ("DeepQueue", "summary", "NotificationPack/DeliveryAlerts.swift", "Alert("),
        ("OldQueue", "expr", "NotificationPack/Deliveries.swift", "queueAge = "),
        ("OldQueue", "severity", "NotificationPack/Deliveries.swift", "queueAge = "),
        ("DeliveriesStalled", "expr", "NotificationPack/DeliveryAlerts.swift", "Alert("),
        ("HighErrorRate", "severity", "NotificationFleet/Fleet.swift", "errorRatio"),
        ("ErrorBudgetBurn", "expr", "NotificationFleet/Fleet.swift", "Objective.availability"),
        ("ErrorBudgetBurn", "runbook_url", "NotificationFleet/Fleet.swift", "Alerting("),
    ])
    func `lead to the line of the source`(alert: String, key: String, file: String, source: String) throws {
        let place = try AlertRuleExpectations.origin(of: key, in: alert, of: DeliveringFleets.production)
        #expect(place.fileID.hasSuffix(file))
        #expect(try AlertRuleExpectations.sourceLine(at: place).contains(source), "\(place)")
    }

    private static func attempts(_ part: String, _ bound: String? = nil) -> String {
        let le = bound.map { ",le=\"\($0)\"" } ?? ""
        return #"notification_delivery_duration_seconds_\#(part){service="worker",instance="w1",channel="webhook"\#(le)}"#
    }

    @Test(arguments: [
        RuleScenario(
            "one delivery of a quiet night is slow", of: DeliveringFleets.production,
            [
                attempts("bucket", "5"): "10x60", attempts("bucket", "10"): "10x20 11x40",
                attempts("bucket", "+Inf"): "10x20 11x40", attempts("count"): "10x20 11x40",
            ], .at("6m", "HighDeliveryLatency", 0), .at("8m", "HighDeliveryLatency", 0)),
        RuleScenario(
            "two of sixteen deliveries a minute are slow", of: DeliveringFleets.production,
            [
                attempts("bucket", "5"): "0+3.5x60", attempts("bucket", "10"): "0+4x60", attempts("bucket", "+Inf"): "0+4x60",
                attempts("count"): "0+4x60",
            ], .at("8m", "HighDeliveryLatency", 1)),
    ]) func `call whom they should, and nobody else`(scenario: RuleScenario) throws { try scenario.expectItToHold() }

    /// A name that is passed over in some fleets is one that an alert has in the fleet with everything.
    @Test func `are silenced by alerts that are there where the fleet has everything`() throws {
        let fleet = DeliveringFleets.production
        let names = Set(try [fleet, polyglotFleet, pagedFleet].flatMap { try RuleDocument.alerts(of: $0).compactMap(\.alert) })
        #expect(fleet.inhibitions.count > 8)
        for inhibition in fleet.inhibitions {
            #expect(Set((inhibition.sources + inhibition.targets).map(\.text)).subtracting(names) == [])
        }
    }

    @Test func `lead from runbook to runbook only where there is one`() throws {
        let pages = try FileKind.runbooks.files(for: DeliveringFleets.production)
        let names = Set(try RuleDocument.alerts(of: DeliveringFleets.production).compactMap(\.alert))
        let named = pages.flatMap { $0.contents.matches(of: /runbook of ([A-Z][A-Za-z]+)/).map { String($0.1) } }
        #expect(named.count >= 10)
        #expect(Set(named).subtracting(names) == [])
    }

    @Test(arguments: DeliveringFleets.all) func `speak of alerts and metrics that the fleet has`(fleet: Fleet) throws {
        let fleets = DeliveringFleets.all + [polyglotFleet, pagedFleet]
        let names = Set(try fleets.flatMap { try RuleDocument.alerts(of: $0).map(\.name) })
        try AlertRuleExpectations.runbooksSpeakOfTheFleet(fleet, of: names)
        #expect(try AlertRuleExpectations.valuesPassTheirLimits(of: RuleDocument.alerts(of: fleet)) > 3)
    }
}
