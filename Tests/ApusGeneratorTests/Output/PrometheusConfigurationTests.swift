import HostTesting
import ApusGenerator
import ApusTopology
import NotificationFleet
import Testing
import Yams

@Suite struct `Prometheus' configuration` {
    private struct Document: Decodable {
        let global: [String: String]
        let ruleFiles: [String]
        let scrapeConfigs: [ScrapeConfig]

        struct ScrapeConfig: Decodable {
            let jobName: String
            let honorLabels: Bool
            let staticConfigs: [Targets]
            enum CodingKeys: String, CodingKey {
                case jobName = "job_name"
                case honorLabels = "honor_labels"
                case staticConfigs = "static_configs"
            }
        }

        struct Targets: Decodable {
            let targets: [String]
            let labels: [String: String]
        }

        enum CodingKeys: String, CodingKey {
            case global
            case ruleFiles = "rule_files"
            case scrapeConfigs = "scrape_configs"
        }
    }

    private func job(_ fleet: Fleet) throws -> (document: Document, job: Document.ScrapeConfig) {
        let file = try #require(try FileKind.prometheus.files(for: fleet).first)
        let document = try YAMLDecoder().decode(Document.self, from: file.contents)
        #expect(document.scrapeConfigs.count == 1)
        return (document, try #require(document.scrapeConfigs.first))
    }

    @Test func `scrapes the agent of a host as itself`() throws {
        let (document, job) = try job(notificationFleet())
        #expect(document.global == ["scrape_interval": "15s", "scrape_timeout": "10s", "evaluation_interval": "15s"])
        #expect(document.ruleFiles == ["../../rules/fleet-alerts.yml"])
        #expect(job.jobName == "apus-agent")
        #expect(job.honorLabels)
        #expect(job.staticConfigs.map(\.targets) == [["127.0.0.1:9480"]])
        #expect(job.staticConfigs.map(\.labels) == [["service": "apus-agent"]])
    }

    @Test func `scrapes each agent beside an instance with that instance's labels`() throws {
        let (_, job) = try job(notificationFleet(FleetParameters(placement: .besideEachInstance)))
        #expect(job.honorLabels)
        #expect(
            job.staticConfigs.flatMap(\.targets) == [9101, 9102, 9091, 9092, 9093, 9094, 9095].map { "127.0.0.1:\($0)" })
        let labels =
            [1, 2].map { ["service": "api", "instance": "api-\($0)"] }
            + (1...5).map { ["service": "worker", "instance": "worker-\($0)"] }
        #expect(job.staticConfigs.map(\.labels) == labels)
    }

    @Test(arguments: FleetShapes.all)
    func `passes promtool with the rules that it names`(fleet: Fleet) throws {
        let folder = try TemporaryFolder(holding: try fleet.generatedFiles())
        let result = try Promtool.run("check", "config", folder.path("deploy/prometheus/prometheus.yml"))
        #expect(result.passed, "\(result.output)")
        #expect(result.output.contains("1 rule files found"))
        #expect(result.output.contains("7 rules found"))
    }

    @Test func `fails promtool without the rules that it names`() throws {
        let folder = try TemporaryFolder(holding: try notificationFleet().generatedFiles())
        try folder.remove("rules/fleet-alerts.yml")
        #expect(try !Promtool.run("check", "config", folder.path("deploy/prometheus/prometheus.yml")).passed)
    }

    @Test func `Grafana's data source has Prometheus' address and the scrape interval`() throws {
        let fleet = notificationFleet(FleetParameters(scrapeInterval: .seconds(5), portOffset: 100))
        let file = try #require(try FileKind.provisioning.files(for: fleet).first { $0.path.contains("datasources") })
        #expect(file.contents.contains("url: http://127.0.0.1:9190\n"))
        #expect(file.contents.contains("timeInterval: 5s\n"))
    }
}
