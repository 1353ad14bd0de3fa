import ApusFiles
import ApusGenerator
import ApusTopology
import ExporterCatalog
import GeneratorTesting
import HostTesting
import Testing
import Yams

@Suite struct `Prometheus' configuration` {
    @Test func `scrapes the agent of a host as itself`() throws {
        let document = try PrometheusDocument(shopFleet())
        let job = try #require(document["apus-agent"])
        #expect(document.global.scrapeInterval == "15s")
        #expect(document.global.scrapeTimeout == "10s")
        #expect(document.global.evaluationInterval == "15s")
        #expect(document.ruleFiles.contains("../../rules/fleet-alerts.yml"))
        #expect(job.honorLabels == true)
        #expect(job.targets == [.init(targets: ["127.0.0.1:9480"], labels: ["service": "apus-agent"])])
    }

    @Test func `scrapes each agent beside an instance with that instance's labels`() throws {
        let document = try PrometheusDocument(shopFleet(.besideEachInstance))
        let job = try #require(document["apus-agent"])
        #expect(job.honorLabels == true)
        let targets = try #require(job.targets)
        #expect(targets.flatMap(\.targets) == [9101, 9102, 9091, 9092, 9093, 9094, 9095].map { "127.0.0.1:\($0)" })
        let labels =
            [1, 2].map { ["service": "api", "instance": "api-\($0)"] }
            + (1...5).map { ["service": "worker", "instance": "worker-\($0)"] }
        #expect(targets.map(\.labels) == labels)
    }

    @Test func `scrapes every server of the fleet under its declared name`() throws {
        let document = try PrometheusDocument(shopFleet().varied(for: .production))
        func server(_ port: Int, _ name: String, service: String? = nil) -> PrometheusDocument.Targets {
            .init(targets: ["127.0.0.1:\(port)"], labels: ["service": service ?? name, "instance": name])
        }
        let targets = document.jobs.dropFirst().map { ($0.name, $0.targets) }
        let expected: [(String, PrometheusDocument.Targets)] = [
            ("postgres", server(9187, "postgres")), ("pgbouncer", server(9127, "pgbouncer")),
            ("rabbitmq", server(15692, "rabbitmq")), ("rabbitmq-detailed", server(15692, "rabbitmq")),
            ("redis", server(9121, "redis")), ("nginx", server(9113, "nginx")),
            (
                "blackbox",
                .init(
                    targets: ["127.0.0.1:9115"],
                    labels: ["service": "nginx", "instance": "nginx", "__param_target": "127.0.0.1:8443"])
            ), ("node", server(9100, "127.0.0.1", service: "node")), ("prometheus", server(9090, "prometheus")),
            ("alertmanager", server(9193, "alertmanager")),
        ]
        #expect(targets.map(\.0) == expected.map(\.0))
        #expect(targets.map(\.1) == expected.map { [$0.1] })
        #expect(document.jobs.dropFirst().allSatisfy { $0.honorLabels == nil })
        #expect(document["blackbox"]?.metricsPath == "/probe")
        #expect(document["blackbox"]?.params == ["module": ["tcp_tls"]])
        #expect(document["rabbitmq-detailed"]?.metricsPath == "/metrics/detailed")
        #expect(
            document["rabbitmq-detailed"]?.params
                == ["family": ["queue_coarse_metrics", "queue_consumer_count", "queue_metrics"]])
        #expect(
            document.alerting?.alertmanagers == [["static_configs": [.init(targets: ["127.0.0.1:9193"], labels: nil)]]])
    }

    @Test func `asks RabbitMQ for the page whose metrics are declared of each queue`() throws {
        let job = try #require(
            try PrometheusDocument(shopFleet().varied(for: .production))[RabbitMQPlugin.QueueDetails.job])
        let query = (job.params ?? [:]).flatMap { name, values in values.map { "\(name)=\($0)" } }.joined(separator: "&")
        #expect("\(job.metricsPath ?? "")?\(query)" == RabbitMQPlugin.QueueDetails.page.target)
    }

    /// An alert on `up` of a job that is not there never fires.
    @Test func `has every job that alerts and dashboards name`() throws {
        let fleet = shopFleet().varied(for: .production)
        let jobs = Set(try PrometheusDocument(fleet).jobs.map(\.name))
        var named: Set<String> = []
        let texts = try fleet.generatedFiles(of: [.rules, .dashboards]).map(\.contents)
        for text in texts {
            for match in text.matches(of: /[{,]job=\\?"([^"\\$]+)\\?"/) { named.insert(String(match.1)) }
        }
        #expect(named.count > 6)
        #expect(named.subtracting(jobs) == [])
    }

    @Test func `names the environment and the cluster, limits series, and sends samples on`() throws {
        let fleet = Fleet("f", environment: .staging) {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            Scraping(
                cluster: "north",
                remoteWrite: [
                    RemoteWrite(url: "https://long.example.org/write", user: "f", passwordFile: "/etc/apus/secrets/long"),
                    RemoteWrite(url: "http://127.0.0.1:9009/write"),
                ], sampleLimit: 1234)
        }
        let document = try PrometheusDocument(fleet)
        #expect(document.global.externalLabels == ["cluster": "north", "environment": "staging"])
        #expect(document.jobs.map(\.sampleLimit) == [1234, 1234])
        let remotes = try #require(document.remoteWrite)
        #expect(remotes.map(\.url) == ["https://long.example.org/write", "http://127.0.0.1:9009/write"])
        #expect(remotes.map(\.auth) == [["username": "f", "password_file": "/etc/apus/secrets/long"], nil])
        #expect(document.alerting == nil)
        let bare = try PrometheusDocument(shopFleet())
        #expect(bare.global.externalLabels == ["cluster": "shop", "environment": "development"])
        #expect(bare.remoteWrite == nil)
    }

    @Test func `finds agents in a file of targets, or by asking them`() throws {
        func fleet(_ discovery: Scraping.Discovery) -> Fleet {
            Fleet("f") {
                FleetService("worker", role: .worker) {
                    Instance("worker-1", metricsPort: 9091)
                    Instance("worker-2", metricsPort: 9092)
                }
                Agents(.besideEachInstance)
                Scraping(discovery: discovery)
            }
        }
        let job = try #require(try PrometheusDocument(fleet(.files))["apus-agent"])
        #expect(job.targets == nil)
        #expect(job.fileDiscovery == [["files": ["targets/apus-agent.yml"]]])
        let file = try #require(
            try FileKind.prometheus.files(for: fleet(.files)).first { $0.path == "deploy/prometheus/targets/apus-agent.yml" })
        let targets = try YAMLDecoder().decode([PrometheusDocument.Targets].self, from: file.contents)
        #expect(targets == (try PrometheusDocument(fleet(.static))["apus-agent"]?.targets))
        let asked = try #require(try PrometheusDocument(fleet(.http))["apus-agent"])
        #expect(asked.targets == nil)
        #expect(asked.httpDiscovery == [9091, 9092].map { ["url": "http://127.0.0.1:\($0)/targets"] })
    }

    static let discovered = Scraping.Discovery.allCases.map { discovery in
        Fleet("found") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            Agents(.besideEachInstance)
            Scraping(
                discovery: discovery,
                remoteWrite: [RemoteWrite(url: "https://example.org/write", user: "f", passwordFile: "/etc/hostname")])
        }
    }

    @Test(arguments: FleetShapes.all + FleetShapes.environments + discovered)
    func `passes promtool with the rules that it names`(fleet: Fleet) throws {
        let folder = try TemporaryFolder(holding: try fleet.generatedFiles())
        let result = try Command.run("promtool", ["check", "config", folder.path("deploy/prometheus/prometheus.yml")])
        #expect(result.passed, "\(result.text)")
        #expect(result.text.contains("rule files found"))
        #expect(!result.text.contains("WARNING"), "\(result.text)")
    }

    @Test func `fails promtool without the rules that it names`() throws {
        let folder = try TemporaryFolder(holding: try shopFleet().generatedFiles())
        try folder.remove("rules/fleet-alerts.yml")
        #expect(try !Command.run("promtool", ["check", "config", folder.path("deploy/prometheus/prometheus.yml")]).passed)
    }

    @Test func `passes the prober's own check, which a wrong module fails`() throws {
        let files = try FileKind.prometheus.files(for: shopFleet().varied(for: .production))
        let folder = try TemporaryFolder(holding: files)
        let path = folder.path("deploy/prometheus/blackbox.yml")
        let result = try Command.run("prometheus-blackbox-exporter", ["--config.check", "--config.file=\(path)"])
        #expect(result.passed, "\(result.text)")
        try folder.write(
            folder.read("deploy/prometheus/blackbox.yml").replacing("prober: tcp", with: "probe: tcp"),
            to: "deploy/prometheus/blackbox.yml")
        #expect(try !Command.run("prometheus-blackbox-exporter", ["--config.check", "--config.file=\(path)"]).passed)
    }

    @Test func `Grafana's data source has Prometheus' address and the scrape interval`() throws {
        let fleet = shopFleet(scrapeInterval: .seconds(5), portOffset: 100)
        let file = try #require(try FileKind.provisioning.files(for: fleet).first { $0.path.contains("datasources") })
        #expect(file.contents.contains("url: http://127.0.0.1:9190\n"))
        #expect(file.contents.contains("timeInterval: 5s\n"))
    }
}
