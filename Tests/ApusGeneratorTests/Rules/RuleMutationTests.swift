import HostTesting
import ApusGenerator
import ApusTopology
import Foundation
import NotificationFleet
import Testing
import Yams

/// One change of one rule.
struct RuleMutation: Sendable, CustomTestStringConvertible {
    let alert: String
    let old: String
    let new: String

    init(_ alert: String, _ old: String, _ new: String) {
        self.alert = alert
        self.old = old
        self.new = new
    }

    var testDescription: String { "\(alert): “\(old)” becomes “\(new)”" }
}

/// The generated tests are worth something only if they fail when a rule is wrong.
@Suite struct `Generated rule tests` {
    static let mutations: [RuleMutation] = [
        .init("InstanceDown", "apus_service_up == 0 or ", ""),
        .init("InstanceDown", "apus_service_up == 0", "apus_service_up == 1"),
        .init("InstanceDown", "apus_service_up == 0", "apus_service_up >= 0"),
        .init("InstanceDown", #" or up{job="apus-agent"} == 0"#, ""),
        .init("InstanceDown", #"up{job="apus-agent"} == 0"#, "up == 0"),
        .init("InstanceDown", #"up{job="apus-agent"} == 0"#, #"up{job="apus"} == 0"#),
        .init(
            "InstanceDown", #"job="apus-agent", service="worker", instance="worker-3""#,
            #"service="worker", instance="worker-3""#),
        .init("ServiceHung", "> 0", "> 1"), .init("ServiceHung", "> 0", ">= 0"),
        .init("ServiceHung", "apus_service_hung", "sum(apus_service_hung)"),
        .init("HighCPU", "> 70", "> 71"), .init("HighCPU", "> 70", ">= 70"), .init("HighCPU", "> 70", "> 69.9"),
        .init("HighCPU", "worker_cpu_usage_percent", "sum(worker_cpu_usage_percent)"),
        .init("HighCPU", "worker_cpu_usage_percent", #"worker_cpu_usage_percent{service="worker"}"#),
        .init("HighCPU", "worker_cpu_usage_percent", "worker_cpu_percent"),
        .init("HighMemory", "> 536870912", "> 536870913"), .init("HighMemory", "> 536870912", ">= 536870912"),
        .init("TooManyDatabaseConnections", "> 50", "> 51"), .init("TooManyDatabaseConnections", "> 50", ">= 50"),
        .init("TooManyDatabaseConnections", "sum", "max"),
        .init("DeepQueue", "> 10000", "> 10001"), .init("DeepQueue", "> 10000", "> 9999"),
        .init("DeepQueue", "sum(", "max("), .init("DeepQueue", "max by", "sum by"), .init("DeepQueue", "max by", "min by"),
        .init("HighErrorRate", "> 0.01", "> 0.0101"), .init("HighErrorRate", "> 0.01", "> 0.0099"),
        .init("HighErrorRate", "[5m]", "[10m]"), .init("HighErrorRate", "[5m]", "[6m]"), .init("HighErrorRate", "[5m]", "[1m]"),
        .init("HighErrorRate", "sum(rate(notifications_delivered_total[5m])) + ", ""),
    ]

    private func rules() throws -> (document: RuleDocument, folder: TemporaryFolder) {
        let folder = try TemporaryFolder(holding: try notificationFleet().generatedFiles())
        return (try YAMLDecoder().decode(RuleDocument.self, from: folder.read("rules/fleet-alerts.yml")), folder)
    }

    /// What promtool says of the generated tests when the rules are others.
    private func judge(_ change: (inout RuleDocument.Rule) throws -> Void) throws -> (changed: Bool, Promtool.Result) {
        var (document, folder) = try rules()
        let original = document.rules
        for index in document.groups[0].rules.indices { try change(&document.groups[0].rules[index]) }
        try folder.write(try YAMLEncoder().encode(document), to: "rules/fleet-alerts.yml")
        return (document.rules != original, try Promtool.run("test", "rules", folder.path("rules/fleet-alerts.test.yml")))
    }

    @Test func `pass when the rules are read and written unchanged`() throws {
        let (changed, result) = try judge { _ in }
        #expect(!changed)
        #expect(result.passed, "\(result.output)")
    }

    @Test(arguments: mutations)
    func `fail when a threshold, a matcher or an aggregation changes`(mutation: RuleMutation) throws {
        let (changed, result) = try judge { rule in
            if rule.alert == mutation.alert { rule.expr = rule.expr.replacingOccurrences(of: mutation.old, with: mutation.new) }
        }
        #expect(changed, "the rule no longer holds “\(mutation.old)”")
        #expect(!result.passed)
        #expect(result.output.contains("alertname: \(mutation.alert)"), "\(result.output)")
    }

    @Test(arguments: notificationFleet().identities)
    func `fail when an expected instance is forgotten`(identity: InstanceIdentity) throws {
        let (changed, result) = try judge { rule in
            let arms = rule.expr.components(separatedBy: " or ")
            rule.expr = arms.filter { !$0.contains(#"instance="\#(identity.instance)""#) }.joined(separator: " or ")
        }
        #expect(changed)
        #expect(!result.passed)
    }

    @Test(arguments: [
        "InstanceDown", "ServiceHung", "HighCPU", "HighMemory", "TooManyDatabaseConnections", "DeepQueue", "HighErrorRate",
    ])
    func `fail when an alert holds shorter or longer, or is of another severity`(alert: String) throws {
        for hold in ["45s", "1m15s"] {
            let (changed, result) = try judge { if $0.alert == alert { $0.hold = hold } }
            #expect(changed)
            #expect(!result.passed)
            #expect(result.output.contains("alertname: \(alert)"), "\(result.output)")
        }
        let (changed, result) = try judge { if $0.alert == alert { $0.labels["severity"] = "low" } }
        #expect(changed)
        #expect(!result.passed)
    }
}
