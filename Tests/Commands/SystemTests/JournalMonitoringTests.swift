import NotificationPack
import ApusFiles
import ApusGenerator
import ApusLint
import ApusPromQL
import ApusTopology
import Foundation
import HostTesting
import Testing

/// Panels and alerts on the journal and on units, over a host that a real systemd has booted: the fleet under its units, Prometheus with
/// the generated configuration and rules, and faults that are made.
@Suite struct `Monitoring of units and their journal` {
    private static let folder = "/run/monitoring"
    private static let worker = "apus-worker@worker-1.service"
    /// What finds nothing in such a container.
    private static let absent: [(text: String, reason: String)] = [
        ("journal_unit_core_dumps_total", "systemd-coredump is not installed"),
        ("systemd_unit_memory_bytes", "the container is not given the kernel's controller of memory"),
        ("systemd_unit_tasks_", "the container is not given the kernel's controller of processes"),
        ("apus_journal_pattern_", "the fleet's agent looks for no pattern"),
    ]

    /// The fleet that is installed, as it is under systemd, without the servers around it.
    private static let topology = Fleet("notifications", environment: .production) {
        FleetService("api", role: .api) {
            for number in 1...2 { Instance("api-\(number)", port: 3000 + number, metricsPort: 9100 + number) }
        }
        FleetService("worker", role: .worker, records: [.pool, .deliveries]) {
            for number in 1...5 { Instance("worker-\(number)", metricsPort: 9090 + number) }
        }
        NotificationPack()
        Agents(.perHost, port: 9480, samplingInterval: .seconds(1))
        Scraping(interval: .seconds(1), prometheusPort: 9090)
        Alerting(hold: .seconds(2))
    }

    private let topology: Fleet
    private let fleet: FleetHost

    init() throws {
        topology = try Self.topology.validated()
        fleet = try FleetHost(topology)
        let files = try topology.generatedFiles(of: [.prometheus, .rules])
        _ = try OutputFolder(path: fleet.host.root + Self.folder).write(files)
        // No service takes less: it may be busy for half of that.
        try fleet.configure(Self.worker, ["[Service]", "WatchdogSec=20s"])
        try fleet.run(["systemctl", "start", "apus.target"])
        try fleet.run([
            "systemd-run", "--quiet", "--unit=scraping", "prometheus",
            "--config.file=\(Self.folder)/deploy/prometheus/prometheus.yml", "--storage.tsdb.path=\(Self.folder)/data",
            "--web.listen-address=127.0.0.1:9090", "--log.level=warn",
        ])
    }

    @Test(.timeLimit(.minutes(4))) func `shows what units do, and alerts when they fail`() throws {
        let isScraped = try comesTrue(within: .seconds(60)) {
            try query("count(apus_service_up == 1)").first == 7 && query("apus_journal_up").first == 1 && firing().isEmpty
        }
        let targets = try get("/api/v1/targets", [])
        let log = try fleet.run(["journalctl", "--no-pager", "--lines=30", "--output=cat"])
        try #require(isScraped, "\(targets) \(log)")
        try makeFaults()
        try expectAlerts(["UnitFailed", "ProcessCrashed", "WatchdogExpired", "CriticalMessages"])
        try expectPanels()
        try takeAway()
        try expectAlerts(["JournalUnread", "SystemdUnreachable"])
    }

    /// A unit that fails to start and stays failed, one that is killed, one that hangs, one that is too loud.
    private func makeFaults() throws {
        let crashed = "apus-worker@worker-2.service"
        try fleet.run(["systemctl", "kill", "--signal=SIGKILL", "--kill-who=main", crashed])
        try fleet.run(["systemctl", "kill", "--signal=SIGSTOP", "--kill-who=main", Self.worker])
        try fleet.configure("apus-api@api-2.service", ["[Service]", "ExecStart=", "ExecStart=/bin/false", "Restart=no"])
        _ = try fleet.host.run(["systemctl", "restart", "apus-api@api-2.service"])
        for (name, command) in [
            // After the agent has told of its start: what comes with the first scrape of a unit is no rise.
            ("critical", "sleep 5; echo '<2>it is critical'; sleep 600"),
            ("loud", "while :; do for n in $(seq 100); do echo $n; done; sleep 1; done"),
        ] {
            try fleet.run([
                "systemd-run", "--quiet", "--unit=\(name)", "--property=LogRateLimitIntervalSec=1s",
                "--property=LogRateLimitBurst=20", "sh", "-c", command,
            ])
        }
    }

    /// What the agent asks: the bus, and the journal with its files, which journald would make anew.
    private func takeAway() throws {
        try fleet.run(["systemctl", "stop", "dbus.socket", "dbus.service"])
        let journal = ["", "-dev-log", "-audit"].map { "systemd-journald\($0).socket" } + ["systemd-journald.service"]
        try fleet.run(["systemctl", "stop"] + journal)
        try fleet.run(["find", "/run/log/journal", "/var/log/journal", "-name", "*.journal", "-delete"])
    }

    private func expectAlerts(_ names: Set<String>) throws {
        var firing: Set<String> = []
        let haveFired = try comesTrue(within: .seconds(90)) {
            firing.formUnion(try self.firing())
            return names.isSubset(of: firing)
        }
        #expect(haveFired, "\(names.subtracting(firing)) did not fire, but \(firing)")
    }

    /// Every query on the journal and on units of every dashboard finds numbers.
    private func expectPanels() throws {
        let dashboards = try topology.generatedFiles(of: [.dashboards]).map {
            LintFile(path: $0.path, bytes: Array($0.contents.utf8))
        }
        let (queries, faults) = Linter.queries(in: dashboards)
        #expect(faults.isEmpty)
        var missing = queries.filter { $0.expression.description.contains(/\b(apus_)?(journal|systemd)_/) }
        #expect(missing.count > 30)
        let found = try comesTrue(within: .seconds(60)) {
            missing = try missing.filter { try query(text(of: $0)).isEmpty }
            return missing.allSatisfy(isAbsent)
        }
        #expect(found, "\(missing.filter { !isAbsent($0) }.map { "\($0.place): \($0.expression)" })")
    }

    private func isAbsent(_ query: FileQuery) -> Bool {
        Self.absent.contains { query.expression.description.contains($0.text) }
    }

    /// As Grafana asks it with everything chosen.
    private func text(of query: FileQuery) -> String {
        query.expression.description.replacing("$__rate_interval", with: "20s").replacing(/\$[a-z_]+/, with: ".*")
    }

    // MARK: - Prometheus

    private func query(_ expression: String) throws -> [Double] {
        let data = try get("/api/v1/query", ["query=\(expression)"])["data"] as? [String: Any]
        let result = data?["result"] as? [[String: Any]] ?? []
        return result.compactMap { (($0["value"] as? [Any])?.last as? String).flatMap(Double.init) }.filter { !$0.isNaN }
    }

    private func firing() throws -> Set<String> {
        let data = try get("/api/v1/alerts", [])["data"] as? [String: Any]
        let alerts = data?["alerts"] as? [[String: Any]] ?? []
        return Set(
            alerts.filter { $0["state"] as? String == "firing" }.compactMap {
                ($0["labels"] as? [String: String])?["alertname"]
            })
    }

    /// Empty as long as Prometheus does not answer.
    private func get(_ path: String, _ parameters: [String]) throws -> [String: Any] {
        let answer = try fleet.host.run(
            ["curl", "--silent", "--fail", "--max-time", "5", "--get"] + parameters.flatMap { ["--data-urlencode", $0] }
                + ["http://127.0.0.1:9090\(path)"])
        guard answer.status == 0 else { return [:] }
        return try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any] ?? [:]
    }
}
