import AgentMetrics
import ApusAgent
import ApusDeployment
import ApusFiles
import ApusGenerator
import ApusTopology
import GeneratorTesting
import Testing
import Yams

/// Pages of metrics in the agent's file, read by the agent's own parser.
@Suite struct `The pages of a fleet` {
    private func text(_ path: String, _ kind: FileKind) throws -> String {
        try #require(try kind.files(for: pagedFleet).first { $0.path == path }).contents
    }

    private func parsed(_ text: String) throws -> WatchFile { try WatchFile.parse(Array(text.utf8), path: "agent.yaml") }

    private func pages(_ file: WatchFile) -> [String] {
        file.scrapes.map { "\($0.identity) \($0.address) \($0.timeout)" }
    }

    @Test func `are without fault at ports and sockets`() { #expect(pagedFleet.faults == []) }

    @Test func `are fetched on a host at the addresses of the topology`() throws {
        let file = try parsed(text("deploy/systemd/apus/agent.yaml", .systemd))
        #expect(
            pages(file).sorted() == [
                "billing/billing-1 unix:/run/billing/billing-1.sock:/prometheus 0.5 seconds",
                "legacy/legacy-1 http://127.0.0.1:9131/metrics 1.0 seconds",
                "mailer/mailer-1 http://127.0.0.1:9461/metrics?kind=all 0.2 seconds",
                "mailer/mailer-2 http://127.0.0.1:9462/metrics?kind=all 0.2 seconds",
                "search/search-1 http://127.0.0.1:8200/metrics 0.5 seconds",
            ])
        #expect(
            file.groups.map { "\($0.service)/\($0.instance)" } == [
                "mailer/mailer-1", "mailer/mailer-2", "search/search-1", "billing/billing-1",
            ])
        let local = try AgentWatchFile.children(of: pagedFleet, folder: "data").contents
        #expect(pages(try parsed(local)).sorted() == pages(file).sorted())
    }

    @Test func `have the names that the topology gives their series`() throws {
        let names = try parsed(text("deploy/systemd/apus/agent.yaml", .systemd)).names
        #expect(names.count == 2)
        let selectors = names.first?.names ?? [:]
        #expect(
            selectors[.queueDepth]?.map(\.description) == [#"mailer_jobs{state="waiting"}"#, #"mailer_jobs{state=~"new|old"}"#])
        #expect(selectors[.eventLoopLag]?.map(\.description) == ["mailer_loop_lag_milliseconds / 1000"])
    }

    @Test func `are fetched from containers at addresses that are theirs and do not change`() throws {
        let file = try parsed(text("deploy/compose/agent/agent.yaml", .compose))
        let compose = try #require(try Yams.compose(yaml: text("deploy/docker-compose.yml", .compose)))
        #expect(compose["networks"]?["fleet"]?["ipam"]?["config"]?.sequence?.first?["subnet"]?.string == "10.119.0.0/16")
        #expect(compose["networks"]?["fleet"]?["ipam"]?["config"]?.sequence?.first?["ip_range"]?.string == "10.119.0.0/17")
        #expect(file.scrapes.map(\.identity.instance) == ["mailer-1", "mailer-2", "search-1"])
        for (page, port) in zip(file.scrapes, [9461, 9462, 8200]) {
            let container = try #require(compose["services"]?[page.identity.instance])
            let address = try #require(container["networks"]?["fleet"]?["ipv4_address"]?.string)
            #expect("\(page.address)".hasPrefix("http://\(address):\(port)/metrics"))
            // In a container it listens on all addresses.
            #expect(container["command"]?.sequence?.compactMap(\.string).contains("0.0.0.0:\(port)") == true)
        }
        #expect(Set(file.scrapes.map { "\($0.address)" }).count == 3)
        let agent = try #require(compose["services"]?["agent"])
        #expect(agent["networks"]?["fleet"]?["ipv4_address"] == nil)
        let others = try #require(
            try FileKind.compose.files(for: polyglotFleet).first { $0.path == "deploy/docker-compose.yml" })
        #expect(!others.contents.contains("ipam"))
    }

    @Test func `are at the loopback of their pods, at one port`() throws {
        for (service, instance, url) in [
            ("mailer", "mailer-2", "http://127.0.0.1:9461/metrics?kind=all"),
            ("search", "search-3", "http://127.0.0.1:8200/metrics"),
        ] {
            let objects = try Array(try Yams.compose_all(yaml: text("deploy/kubernetes/service-\(service).yaml", .kubernetes)))
            let map = try #require(objects.first { $0["kind"]?.string == "ConfigMap" })
            let file = try parsed(#require(map["data"]?["\(instance).yaml"]?.string))
            #expect(file.scrapes.map { "\($0.identity) \($0.address)" } == ["\(service)/\(instance) \(url)"])
            let set = try #require(objects.first { $0["kind"]?.string == "StatefulSet" })
            let words = set["spec"]?["template"]?["spec"]?["containers"]?.sequence?.first?["args"]?.sequence?.compactMap(
                \.string)
            let port = try #require(url.split(separator: ":").last?.split(separator: "/").first)
            #expect(words?.contains("0.0.0.0:\(port)") == true)
        }
    }

    @Test func `have ports of which each unit is told its own`() throws {
        let unit = try text("deploy/systemd/apus-mailer@.service", .systemd)
        #expect(unit.contains("--metrics 127.0.0.1:${APUS_METRICS_PORT}"))
        let files = try FileKind.systemd.files(for: pagedFleet)
        for number in 1...2 {
            let settings = try #require(files.first { $0.path.contains("apus-mailer@mailer-\(number).service.d/") })
            #expect(settings.contents.contains("APUS_METRICS_PORT=946\(number)"))
        }
    }

    @Test func `follow from where they are declared`() throws {
        let file = try #require(
            try FileKind.systemd.files(for: pagedFleet).first { $0.path == "deploy/systemd/apus/agent.yaml" })
        let lines = file.contents.split(separator: "\n", omittingEmptySubsequences: false)
        let legacy = try #require(lines.firstIndex { $0.contains("127.0.0.1:9131") })
        let place = try #require(pagedFleet.services.first { $0.name == "legacy" }?.instances.first).place
        #expect(file.origin(ofLine: legacy + 1)?.place == place)
    }
}
