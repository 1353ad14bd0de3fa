import AgentMetrics
import ApusFiles
import ApusGenerator
import ApusPromQL
import ApusRules
import ApusTopology
import GeneratorTesting
import Testing

@Suite struct `Alert rules` {
    @Test(arguments: FleetShapes.all + AlertFleets.all)
    func `have a hold, a severity, texts and a runbook each`(fleet: Fleet) throws {
        try AlertRuleExpectations.rulesAreComplete(of: fleet)
    }

    @Test func `lead from runbook to runbook only where there is one`() throws {
        let pages = try FileKind.runbooks.files(for: shopFleet().varied(for: .production))
        let names = Set(try RuleDocument.alerts(of: shopFleet().varied(for: .production)).compactMap(\.alert))
        let named = pages.flatMap { $0.contents.matches(of: /runbook of ([A-Z][A-Za-z]+)/).map { String($0.1) } }
        #expect(named.count >= 5)
        #expect(Set(named).subtracting(names) == [])
    }

    @Test func `are of all four severities`() throws {
        let rules = try RuleDocument.alerts(of: shopFleet().varied(for: .production))
        #expect(Set(rules.compactMap { $0.labels?["severity"] }) == Set(Severity.allCases.map(\.rawValue)))
    }

    @Test(arguments: [
        ("HighCPU", "worker_cpu_usage_percent > 70"), ("HighMemory", "worker_memory_usage_bytes > 536870912"),
        ("TooManyDatabaseConnections", "sum(database_connections_total) > 50"),
        (
            "OrdersPileUp",
            #"sum by (service) (max by (service, state) (shop_waiting_orders{service="worker"})) > 10000"#
        ),
        ("InstanceDown", #"apus_service_up{service=~"api|worker"} == 0 or up{job="apus-agent"} == 0"#),
        ("ServiceAbsent", #"absent(apus_service_up{service="api"}) or absent(apus_service_up{service="worker"})"#),
    ])
    func `watch metrics against the fleet's thresholds`(alert: String, expression: String) throws {
        let rules = try RuleDocument.alerts(of: shopFleet())
        #expect(rules.first { $0.alert == alert }?.expr == expression)
    }

    @Test func `tell probes apart by their names where they have any`() throws {
        func texts(_ names: String?...) throws -> [String: (expression: String, text: String)] {
            let fleet = Fleet("f") {
                FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
                for name in names { FleetProbe(.tcp("mail", host: "127.0.0.1", port: 25), name: name) }
            }
            return Dictionary(
                try RuleDocument.alerts(of: fleet).map { ($0.name, ($0.expr, $0.annotations?["description"] ?? "")) }
            ) { first, _ in first }
        }
        let (plain, named) = (try texts(nil), try texts(nil, "relay"))
        #expect(plain["ProbeAbsent"]?.expression == #"absent(apus_probe_up{service="mail", probe="tcp"})"#)
        #expect(
            named["ProbeAbsent"]?.expression
                == #"absent(apus_probe_up{service="mail", probe="tcp", name!~".+"})"#
                + #" or absent(apus_probe_up{service="mail", probe="tcp", name="relay"})"#
        )
        for alert in ["ProbeDown", "ProbeUnasked", "ProbeAbsent"] {
            #expect(plain[alert]?.text.contains("$labels.name") == false)
            #expect(
                named[alert]?.text.contains("probe{{ if $labels.name }} “{{ $labels.name }}”{{ end }} ") == true, "\(alert)")
        }
    }

    @Test(
        arguments: [
            (.http("a", url: "https://a.example/"), true), (.http("a", url: "http://a.example/"), false),
            (.tcp("a", host: "a.example", port: 1), false), (.tcp("a", host: "a.example", port: 1, tls: .off), false),
            (.tcp("a", host: "a.example", port: 1, tls: .verified()), true), (.redis("a"), false),
            (.redis("a", tls: .verified()), true), (.rabbitMQ("b"), false), (.rabbitMQ("b", tls: .verified()), true),
            (.postgreSQL("c", tls: .required), false),
        ] as [(ProbedTarget, Bool)])
    func `tell when certificates end where probes see any`(target: ProbedTarget, isTold: Bool) throws {
        let fleet = Fleet("f") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            Cache("a")
            Broker("b", queues: [BrokerQueue("c", consumers: "worker")])
            Database("c")
            FleetProbe(target)
        }
        #expect(try RuleDocument.alerts(of: fleet).contains { $0.name == "ProbedCertificateEnds" } == isTold)
        let panels = try DashboardExpectations.own(of: fleet).filter { $0.uid.hasSuffix("probes") }.flatMap(\.allPanels)
        #expect(panels.contains { $0.title == "Certificates" } == isTold)
    }

    @Test func `ask only for what the fleet has`() throws {
        let rules = try RuleDocument.alerts(of: AlertFleets.smallest)
        let text = rules.map(\.expr).joined(separator: "\n")
        for exporter in [
            "pg_", "redis_", "rabbitmq_", "nginx_", "node_", "probe_", "http_server", "alertmanager_", "objective:",
        ] {
            #expect(!text.contains(exporter), "\(exporter)")
        }
    }

    @Test func `do not grow with the instances of a service`() throws {
        func rules(_ count: Int) throws -> [GeneratedFile] {
            try FileKind.rules.files(
                for: Fleet("many") {
                    FleetService("worker", role: .worker) {
                        for number in 1...count { Instance("worker-\(number)", metricsPort: 9090 + number) }
                    }
                })
        }
        #expect(try rules(1) == rules(500))
    }

    @Test(arguments: FleetShapes.all + AlertFleets.all)
    func `promtool accepts the rules, lints them and runs the tests written for them`(fleet: Fleet) throws {
        try AlertRuleExpectations.rulesPassPromtool(of: fleet)
    }

    @Test func `a user's own alert has a rule, a runbook and a test that follows from its condition`() throws {
        let files = try FileKind.allCases.filter { [.rules, .ruleTests, .runbooks].contains($0) }
            .flatMap { try $0.files(for: AlertFleets.own) }
        let rule = try #require(try RuleDocument.alerts(of: AlertFleets.own).first { $0.alert == "ManyThreads" })
        #expect(rule.expr == #"max by (service) (service_process_threads{service="worker"}) > 200"#)
        #expect(rule.labels == ["severity": "low", "team": "core"])
        #expect(files.contains { $0.path == "docs/runbooks/ManyThreads.md" })
        #expect(files.first { $0.path == "rules/own-alerts.test.yml" }?.contents.contains("ManyThreads") == true)
    }

    @Test func `an alert whose input proves nothing is refused with the reason`() throws {
        let fleet = AlertFleets.with(inputs: [
            AlertInput(ServiceProcess.threads, [.service: "worker", .instance: "one"], .constant(1))
        ])
        let error = try #require(#expect(throws: RuleError.self) { try FileKind.ruleTests.files(for: fleet) })
        #expect(error == .unprovenAlert("ManyThreads", reason: "its input does not make it fire"))
    }
}
