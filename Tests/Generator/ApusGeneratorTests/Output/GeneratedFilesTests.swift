import ApusFiles
import ApusGenerator
import ApusTopology
import Foundation
import GeneratorTesting
import Testing

@Suite struct `Generated files` {
    /// Where the sources lie from which all of it follows.
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    @Test(arguments: FleetShapes.all)
    func `are the same bytes each time, sorted by path`(fleet: Fleet) throws {
        let files = try fleet.generatedFiles()
        #expect(files == (try fleet.generatedFiles()))
        #expect(files.map(\.path) == files.map(\.path).sorted())
        #expect(Set(files.map(\.path)).count == files.count)
        let roots = ["dashboards/", "deploy/", "docs/runbooks/", "rules/"]
        #expect(files.allSatisfy { file in roots.contains { file.path.hasPrefix($0) } })
        for path in [
            "dashboards/fleet-overview.json", "deploy/docker-compose.yml", "deploy/prometheus/prometheus.yml",
            "docs/runbooks/InstanceDown.md", "rules/fleet-alerts.test.yml", "rules/fleet-alerts.yml",
        ] { #expect(files.contains { $0.path == path }, "\(path)") }
    }

    /// The fleet of the README.
    @Test func `of a fleet that starts nothing are those of a host that watches`() throws {
        let fleet = Fleet("shop") {
            FleetService("checkout", runtime: .node, found: [.unit("checkout.service")]) {
                Instance("checkout-1", metricsPort: 9101)
            }
        }
        let files = try fleet.generatedFiles()
        let watch = try #require(files.first { $0.path == "deploy/systemd/apus/agent.yaml" })
        #expect(watch.contents.contains("unit: checkout.service"))
        #expect(files.allSatisfy { !$0.path.hasPrefix("deploy/kubernetes/") && !$0.path.contains("apus-checkout") })
        let rules = try #require(files.first { $0.path == "rules/fleet-alerts.yml" }).contents
        for alert in ["InstanceDown", "ProcessGone", "HighCPU", "HighMemory", "FewDescriptorsLeft", "TooManyRestarts"] {
            #expect(rules.contains("alert: \(alert)\n"), "\(alert)")
        }
        for alert in ["HeapGrowth", "ServiceHung", "ReportsCease", "EventLoopLag", "PoolExhausted"] {
            #expect(files.allSatisfy { !$0.contents.contains("alert: \(alert)\n") }, "\(alert)")
        }
    }

    @Test func `hold no time, no host name and no path of the machine that wrote them`() throws {
        for file in try shopFleet().generatedFiles() {
            #expect(!file.contents.contains(Self.repository))
            #expect(
                !file.contents.contains(ProcessInfo.processInfo.hostName) || ProcessInfo.processInfo.hostName == "localhost")
            #expect(file.contents.hasSuffix("\n"))
            #expect(!file.contents.contains("\r"))
        }
    }

    @Test func `are those of the kinds that are asked for`() throws {
        let fleet = shopFleet()
        let some = try fleet.generatedFiles(of: [.rules, .dashboards])
        #expect(
            some
                == (try (FileKind.rules.files(for: fleet) + FileKind.dashboards.files(for: fleet)).sorted { $0.path < $1.path })
        )
        #expect(try fleet.generatedFiles(of: []) == [])
    }

    @Test func `are refused of a fleet that contradicts itself`() {
        #expect(throws: InvalidFleet.self) { try shopFleet(portOffset: 60_000).generatedFiles() }
    }

    @Test func `differ where the fleet does`() throws {
        let standard = try shopFleet().generatedFiles()
        let beside = try shopFleet(.besideEachInstance).generatedFiles()
        let changed = Set(beside.filter { !standard.contains($0) }.map(\.path))
        #expect(
            changed.isSuperset(of: [
                "deploy/compose/prometheus/prometheus.yml", "deploy/docker-compose.yml", "deploy/prometheus/prometheus.yml",
                "deploy/systemd/apus-agent@.service", "deploy/systemd/apus-worker@.service", "deploy/systemd/apus.target",
            ]))
        // Who scrapes whom is no matter of dashboards, pools and traffic.
        #expect(
            changed.allSatisfy { path in !["dashboards/", "deploy/nginx/", "deploy/pgbouncer/"].contains { path.hasPrefix($0) }
            })
    }
}
