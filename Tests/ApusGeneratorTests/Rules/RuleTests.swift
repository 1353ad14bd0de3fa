import HostTesting
import ApusGenerator
import ApusPromQL
import ApusTopology
import Foundation
import NotificationFleet
import Testing
import Yams

@Suite struct `Alert rules` {
    private func rules(_ fleet: Fleet = notificationFleet()) throws -> RuleDocument {
        let file = try #require(try FileKind.rules.files(for: fleet).first)
        return try YAMLDecoder().decode(RuleDocument.self, from: file.contents)
    }

    @Test func `are seven, each with its hold, a severity and texts`() throws {
        let rules = try rules().rules
        #expect(
            rules.map(\.alert) == [
                "InstanceDown", "ServiceHung", "HighCPU", "HighMemory", "TooManyDatabaseConnections", "DeepQueue",
                "HighErrorRate",
            ])
        for rule in rules {
            #expect(rule.hold == "1m")
            #expect(Severity.allCases.map(\.rawValue).contains(rule.labels["severity"] ?? ""))
            #expect(rule.annotations["summary"]?.hasSuffix(".") == true)
            #expect(rule.annotations["description"]?.isEmpty == false)
        }
    }

    @Test(arguments: [
        ("HighCPU", "worker_cpu_usage_percent > 70"),
        ("HighMemory", "worker_memory_usage_bytes > 536870912"),
        ("TooManyDatabaseConnections", "sum(database_connections_total) > 50"),
        ("DeepQueue", "sum(max by (state) (notification_queue_depth)) > 10000"),
        (
            "HighErrorRate",
            "sum(rate(notification_delivery_failures_total[5m])) / (sum(rate(notifications_delivered_total[5m]))"
                + " + sum(rate(notification_delivery_failures_total[5m])) > 0) > 0.01"
        ),
    ])
    func `watch the contract's metrics against the fleet's thresholds`(alert: String, expression: String) throws {
        #expect(try rules()[alert]?.expr == expression)
    }

    @Test(arguments: FleetShapes.notifications)
    func `an instance is down when it is dead, when its agent is gone and when nothing was ever heard of it`(fleet: Fleet)
        throws
    {
        let expression = try #require(try rules(fleet)["InstanceDown"]?.expr)
        let arms = expression.components(separatedBy: " or ")
        #expect(arms.prefix(2) == ["apus_service_up == 0", #"up{job="apus-agent"} == 0"#])
        #expect(
            arms.dropFirst(2)
                == fleet.identities.map {
                    #"absent(apus_service_up{job="apus-agent", service="\#($0.service)", instance="\#($0.instance)"})"#
                }[...])
    }

    @Test func `name only series of the catalog and of Prometheus itself`() throws {
        for rule in try rules().rules {
            let names = rule.expr.matches(of: /[a-z_]*[a-z]_[a-z_]*|up\{/).map { String($0.0) }
            #expect(!names.isEmpty)
            for name in names {
                #expect(Queries.catalog.contains(name) || name == "up{", "\(rule.alert): \(name)")
            }
        }
    }

    @Test(arguments: FleetShapes.all)
    func `promtool accepts the rules, lints them and runs the tests written for them`(fleet: Fleet) throws {
        let folder = try TemporaryFolder(holding: try fleet.generatedFiles())
        let check = try Promtool.run("check", "rules", "--lint=all", "--lint-fatal", folder.path("rules/fleet-alerts.yml"))
        #expect(check.passed, "\(check.output)")
        #expect(check.output.contains("7 rules found"))
        let test = try Promtool.run("test", "rules", folder.path("rules/fleet-alerts.test.yml"))
        #expect(test.passed, "\(test.output)")
    }

    @Test(arguments: FleetShapes.all)
    func `the tests ask of each alert that it is silent, pending, firing and resolved`(fleet: Fleet) throws {
        let file = try #require(try FileKind.ruleTests.files(for: fleet).first)
        let cases = try YAMLDecoder().decode(TestDocument.self, from: file.contents).tests.flatMap(\.alertRuleTest)
        for rule in try rules(fleet).rules {
            let own = cases.filter { $0.alertname == rule.alert }
            #expect(own.map { $0.expAlerts?.isEmpty ?? true } == [true, true, false, true], "\(rule.alert)")
            #expect(Set(own.map(\.evalTime)).count == 4)
        }
    }

    private struct TestDocument: Decodable {
        let tests: [Entry]

        struct Entry: Decodable {
            let alertRuleTest: [Case]
            enum CodingKeys: String, CodingKey { case alertRuleTest = "alert_rule_test" }
        }

        struct Case: Decodable {
            let evalTime: String
            let alertname: String
            let expAlerts: [Alert]?
            enum CodingKeys: String, CodingKey {
                case evalTime = "eval_time"
                case alertname
                case expAlerts = "exp_alerts"
            }
        }

        struct Alert: Decodable {}
    }
}
