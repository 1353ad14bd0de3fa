import Foundation
import HostTesting
import Glibc
import NotificationStore
import SQLiteStore
import Testing

/// The main job on real input: the fleet, its agent, a Prometheus from Debian with the generated configuration, a load.
@Suite(.serialized, .timeLimit(.minutes(10))) struct FleetTests {
    private static let contract = [
        "worker_cpu_usage_percent", "worker_memory_usage_bytes", "worker_heap_usage_bytes", "database_connections_total",
        "notification_queue_depth", "worker_uptime_seconds",
    ]

    @Test func `twelve a second for a minute: all targets up, every panel has data, no rule fails, all delivered once`()
        async throws
    {
        let fleet = try await RunningFleet()
        try await fleet.awaitInstances()
        let prometheus = try await Prometheus(configuration: fleet.prometheusConfiguration, port: 9090 + fleet.offset)

        let (code, report) = try await fleet.load(["--rate", "12", "--duration", "60s"])
        #expect(report["sent"] as? Int == 720)
        #expect(report["accepted"] as? Int == 720)
        #expect(report["delivered"] as? Int == 720)
        #expect(report["duplicates"] as? Int == 0)
        #expect(report["lost"] as? Int == 0)
        #expect(code == 0, "\(report)")

        #expect(try await prometheus.targets().values.allSatisfy { $0 == "up" })
        try await expectData(inEveryPanelOf: fleet, prometheus)
        for rule in try await prometheus.rules() {
            // Trends are evaluated every few minutes only, and may have their first time before them.
            #expect(["ok", "unknown"].contains(rule.health), "\(rule.name): \(rule.lastError)")
            // How fast the machine is, and how a young heap grows, is no matter of a test.
            let alerts = rule.alerts.filter { $0["objective"]?.hasSuffix("-latency") != true }
            if ["HeapGrowth", "HighCPU", "HighDeliveryLatency", "HighRequestLatency", "SlowPool"].contains(rule.name) {
                continue
            }
            #expect(alerts.isEmpty, "\(rule.name): \(alerts)")
        }
        let rules = try await prometheus.rules()
        #expect(rules.contains { $0.name == "InstanceDown" && $0.health == "ok" })

        // What Prometheus has stored is what the fleet did.
        let delivered = try await prometheus.query("sum(notifications_delivered_total)")
        #expect(delivered.first?.value == 720)
        let metrics = try await HTTP.get("\(fleet.agent)/metrics")
        for name in Self.contract {
            let labels = metrics.values(of: name).keys
            for worker in 1...5 {
                #expect(labels.contains { $0.contains(#"instance="worker-\#(worker)""#) }, "\(name) of worker-\(worker)")
            }
        }
        try await expectOneWarning(of: metrics.text)
        try await prometheus.stop()
        #expect(try await fleet.stop() == 0)
    }

    private func expectData(inEveryPanelOf fleet: RunningFleet, _ prometheus: Prometheus) async throws {
        let data = try Data(contentsOf: URL(filePath: fleet.folder.path("dashboards/fleet-overview.json")))
        let dashboard = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let panels = try #require(dashboard["panels"] as? [[String: Any]])
        #expect(panels.count == 13)
        for panel in panels {
            let targets = try #require(panel["targets"] as? [[String: Any]])
            #expect(!targets.isEmpty)
            for target in targets {
                // As Grafana does with all jobs and instances chosen.
                let expression = try #require(target["expr"] as? String).replacing("$__rate_interval", with: "30s")
                    .replacing("$job", with: ".+").replacing("$instance", with: ".+")
                #expect(!expression.contains("$"), "\(expression)")
                let samples = try await prometheus.query(expression)
                #expect(!samples.isEmpty, "\(panel["title"] ?? ""): \(expression)")
                #expect(samples.allSatisfy { !$0.value.isNaN }, "\(panel["title"] ?? ""): \(expression)")
            }
        }
    }

    /// promtool's linter knows one name that is a contract from before.
    private func expectOneWarning(of exposition: String) async throws {
        let folder = try TemporaryFolder()
        try exposition.write(toFile: folder.path("metrics"), atomically: false, encoding: .utf8)
        let lint = try await Command.runApart("/bin/sh", ["-c", "/usr/bin/promtool check metrics < \(folder.path("metrics"))"])
        let lines = (lint.output + lint.errors).split(separator: "\n")
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.hasPrefix("database_connections_total ") }, "\(lines)")
    }

    @Test func `a worker killed in the middle of its deliveries: the alert fires, the others go on, nothing is lost`()
        async throws
    {
        // The restart waits, so that the alert has something to fire for.
        let fleet = try await RunningFleet(up: ["--restart-delay", "15s"])
        try await fleet.awaitInstances()
        let prometheus = try await Prometheus(configuration: fleet.prometheusConfiguration, port: 9090 + fleet.offset)
        // The first evaluation may come before the first scrape, and finds nobody.
        try await eventually("all rules are evaluated, and no alert is pending") {
            let rules = try await prometheus.rules()
            return rules.allSatisfy { $0.health != "err" && $0.state == "inactive" }
                && rules.contains { $0.name == "InstanceDown" && $0.health == "ok" }
        }
        // Receivers that take their time, so that deliveries are under way at any moment.
        async let load = fleet.load([
            "--rate", "40", "--duration", "30s", "--receiver-latency", "400ms", "--max-duplicates", "16",
        ])
        try await eventually("deliveries are under way") { try await fleet.total("notifications_delivered_total") > 100 }
        let victim = try fleet.pid(of: "worker-3")
        #expect(kill(victim, SIGKILL) == 0)
        var seen: [String] = []
        try await eventually("the alert fires", within: .seconds(25)) {
            guard let rule = try await prometheus.rules().first(where: { $0.name == "InstanceDown" }) else { return false }
            if rule.state != "inactive", seen.last != rule.state {
                seen.append(rule.state)
                #expect(rule.alerts.map { $0["instance"] } == ["worker-3"])
            }
            return rule.state == "firing"
        }
        #expect(seen == ["pending", "firing"])
        let (code, report) = try await load
        #expect(code == 0, "\(report)")
        #expect(report["delivered"] as? Int == 1200)
        #expect(report["lost"] as? Int == 0)
        // Each of the sixteen attempts that one worker makes at a time may have arrived without being recorded.
        #expect(report["duplicates"] as? Int ?? 99 <= 16)
        let store = try SQLiteNotificationStore(path: fleet.data + "/notifications.sqlite", connections: 2)
        let counts = try await store.counts()
        #expect(counts.delivered == 1200)
        #expect(counts.pending + counts.processing + counts.dead == 0)
        await store.close()
        // It comes back, and the alert resolves.
        try await eventually("the alert resolves", within: .seconds(40)) {
            try await prometheus.rules().first { $0.name == "InstanceDown" }?.state == "inactive"
        }
        try await fleet.awaitInstances()
        #expect(try fleet.pid(of: "worker-3") != victim)
        try await prometheus.stop()
        #expect(try await fleet.stop() == 0)
    }

    @Test func `an agent killed in the middle of the work: every counter continues at its true value`() async throws {
        let fleet = try await RunningFleet()
        try await fleet.awaitInstances()
        async let load = fleet.load(["--rate", "50", "--duration", "12s"])
        try await eventually("deliveries are under way") { try await fleet.total("notifications_delivered_total") > 100 }
        for _ in 0..<2 {
            let agent = try fleet.pid(of: nil)
            #expect(kill(agent, SIGKILL) == 0)
            try await eventually("another agent runs") { (try? fleet.pid(of: nil)).map { $0 != agent } ?? false }
            try await fleet.awaitInstances()
        }
        let (code, report) = try await load
        #expect(code == 0, "\(report)")
        let store = try SQLiteNotificationStore(path: fleet.data + "/notifications.sqlite", connections: 2)
        let counts = try await store.counts()
        await store.close()
        #expect(counts.delivered == 600)
        #expect(try await fleet.total("notifications_enqueued_total") == 600)
        #expect(try await fleet.total("notifications_claimed_total") == 600)
        #expect(try await fleet.total("notifications_delivered_total") == Double(counts.delivered))
        #expect(try await fleet.total("notification_delivery_duration_seconds_count") == Double(counts.attempts))
        #expect(try await fleet.stop() == 0)
    }

    @Test func `an agent beside each instance: seven targets, each with its own instance`() async throws {
        let fleet = try await RunningFleet(["--placement", "beside"])
        let prometheus = try await Prometheus(configuration: fleet.prometheusConfiguration, port: 9090 + fleet.offset)
        try await eventually("seven targets are up", within: .seconds(60)) {
            // Prometheus watches itself too.
            let targets = try await prometheus.targets().filter { !$0.key.hasPrefix(prometheus.url) }
            return targets.count == 7 && targets.values.allSatisfy { $0 == "up" }
        }
        try await eventually("seven instances are up", within: .seconds(30)) {
            try await prometheus.query("apus_service_up == 1").count == 7
        }
        let workers = try await prometheus.query(#"worker_memory_usage_bytes{service="worker"}"#)
        #expect(Set(workers.compactMap { $0.labels["instance"] }) == Set((1...5).map { "worker-\($0)" }))
        try await prometheus.stop()
        #expect(try await fleet.stop() == 0)
    }
}
