import NotificationPack
import MonitoringPacks
import ApusTopology
import Foundation
import Glibc
import HostTesting
import ServerTesting
import Testing

extension ProductionTests {
    /// Whether alerts fire when what they are for has really happened.
    ///
    /// One production fleet runs with its servers and the generated rules; each fault is made in the process that it is of,
    /// and Prometheus is asked until its alerts fire. Faults whose alerts have nothing in common are made together. Alerts
    /// whose fault cannot be made within seconds or without a machine of its own are in ``AlertWithoutFault/all`` with the
    /// reason: their generated promtool tests show them.
    @Suite struct AlertTests {
        /// What fires from the start: no package has pgbouncer's exporter, and Alertmanager's receiver does not listen.
        private static let fromTheStart: Set = ["PoolerDown", "NotificationsFailing"]

        private static let limits = Thresholds(
            .restarts(1, .high), .queueDepth(20, .high), .queueAge(.seconds(3), .high),
            .deliveryLatency(.milliseconds(200), .medium), .brokerDepth(20, .high))

        @Test func `every alert fires when its fault is made`() async throws {
            let stack = try await ProductionStack(thresholds: Self.limits, up: ["--restart-delay", "6s"])
            var shown: Set<String> = []
            func expect(_ alerts: [String: [String: String]], of fault: String, _ make: () async throws -> Void) async throws {
                // What fires before its fault is made says nothing.
                let before = try await stack.firingAlerts().map(\.name)
                #expect(Set(before).isDisjoint(with: alerts.keys), "before \(fault): \(before)")
                try await make()
                var missing = alerts
                let deadline = ContinuousClock.now + .seconds(90)
                while !missing.isEmpty, ContinuousClock.now < deadline {
                    for alert in try await stack.firingAlerts() {
                        guard let labels = missing[alert.name],
                            alert.labels.merging(labels, uniquingKeysWith: { $1 }) == alert.labels
                        else { continue }
                        missing[alert.name] = nil
                    }
                    try await Task.sleep(for: .milliseconds(200))
                }
                let firing = try await stack.firingAlerts().map(\.labels)
                #expect(missing.isEmpty, "\(fault): these do not fire: \(missing); what fires: \(firing)")
                shown.formUnion(alerts.keys)
            }

            try await eventually("only what is wrong from the start fires", within: .seconds(60)) {
                try await Set(stack.firingAlerts().map(\.name)).subtracting(AlertWithoutFault.all.map(\.name))
                    == Self.fromTheStart
            }
            shown.formUnion(Self.fromTheStart)
            let faults = try Faults(stack: stack)
            try await expect(
                [
                    "DeliveriesStalled": ["service": "worker"], "OldQueue": ["service": "worker"],
                    "DeepQueue": ["service": "worker"], "HighErrorRate": ["service": "worker"],
                    "HighDeliveryLatency": ["service": "worker", "channel": "webhook"],
                    "ErrorBudgetBurn": ["objective": "worker-deliveries", "severity": "critical"],
                ], of: "a receiver that hangs", faults.hangReceiver)
            try await expect(
                ["HighRequestErrorRatio": ["service": "api"], "HighRequestLatency": ["service": "api"]],
                of: "a database that takes no writes", faults.lockDatabase)
            try await expect(
                [
                    "InstanceDown": ["instance": "worker-2"], "TooManyRestarts": ["instance": "worker-2"],
                    "ServiceHung": ["instance": "worker-5"], "DatabaseConnectionsNearLimit": ["instance": "postgres"],
                    "Deadlocks": ["instance": "postgres"], "CacheMemoryNearLimit": ["instance": "redis"],
                    "KeysEvicted": ["instance": "redis"], "CacheRejectsConnections": ["instance": "redis"],
                    "NoConsumers": ["queue": "notifications"], "DeepBrokerQueue": ["queue": "notifications"],
                    "CertificateExpires": ["instance": "nginx"], "PrometheusConfigurationRejected": [:],
                    "AlertmanagerConfigurationRejected": [:],
                ], of: "processes and servers in trouble"
            ) {
                try faults.hangWorker("worker-5")
                try faults.useConnections()
                try await faults.deadlock()
                try faults.fillCache()
                try faults.fillBrokerQueue()
                try faults.shortenCertificate()
                try faults.breakConfigurations()
                try await faults.killWorkerTwice("worker-2")
            }
            try await expect(
                [
                    "DatabaseDown": ["instance": "postgres"], "CacheDown": ["instance": "redis"],
                    "BrokerDown": ["instance": "rabbitmq"], "LoadBalancerDown": ["instance": "nginx"],
                    "ProbeFails": ["instance": "nginx"], "HostUnseen": ["service": "node"], "AlertsNotSent": [:],
                ], of: "servers that are gone", faults.stopServers)
            try await expect(["ServiceAbsent": ["service": "worker"]], of: "an agent that hangs", faults.hangAgent)
            try faults.undo()

            // A new alert needs a fault or a reason.
            let names = try await stack.alertNames()
            let reasons = Set(AlertWithoutFault.all.map(\.name))
            #expect(reasons.count == AlertWithoutFault.all.count)
            #expect(shown.isDisjoint(with: reasons))
            #expect(shown.union(reasons) == names)
            try await stack.stop()
        }
    }
}

extension ProductionStack {
    struct FiringAlert {
        let name: String
        let labels: [String: String]
    }

    func firingAlerts() async throws -> [FiringAlert] {
        try await prometheus.query(#"ALERTS{alertstate="firing"}"#).map {
            FiringAlert(name: $0.labels["alertname"] ?? "", labels: $0.labels)
        }
    }

    /// Of the rules that Prometheus has read; recordings have no state.
    func alertNames() async throws -> Set<String> {
        Set(try await prometheus.rules().filter(\.isAlert).map(\.name))
    }
}
