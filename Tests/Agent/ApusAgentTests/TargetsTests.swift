import AgentMetrics
import ApusAgent
import ApusText
import Foundation
import HostTesting
import NIOHTTP1
import Testing

@Suite struct `Targets for Prometheus' discovery` {
    private struct Group: Decodable, Equatable {
        let targets: [String]
        let labels: [String: String]
    }

    private func groups(_ agent: RunningAgent) async throws -> [Group] {
        let page = try await agent.get("/targets")
        #expect(page.status == 200)
        // Prometheus takes no other type.
        #expect(page.headers["Content-Type"] == ["application/json; charset=utf-8"])
        return try JSONDecoder().decode([Group].self, from: Data(page.text.utf8))
    }

    @Test func `an agent of a host is one target, under the address it was asked at, whomever it watches`() async throws {
        try await RunningAgent.with {
            $0.expected = [1, 2].map { InstanceIdentity(service: "worker", instance: "worker-\($0)") }
        } _: { agent in
            try await agent.reporting("api", "api-1") { _ in
                let instances = ",api/api-1,worker/worker-1,worker/worker-2,"
                let found = try await groups(agent)
                #expect(
                    found == [
                        Group(
                            targets: ["127.0.0.1:\(agent.port)"],
                            labels: ["service": "apus-agent", "__meta_apus_instances": instances])
                    ])
            }
        }
    }

    @Test func `an agent beside an instance has that instance's labels`() async throws {
        try await RunningAgent.with {
            $0.expected = [InstanceIdentity(service: "worker", instance: "worker-1")]
        } _: { agent in
            let found = try await groups(agent)
            #expect(
                found == [
                    Group(
                        targets: ["127.0.0.1:\(agent.port)"],
                        labels: [
                            "service": "worker", "instance": "worker-1", "__meta_apus_instances": ",worker/worker-1,",
                        ])
                ])
        }
    }

    @Test(arguments: [
        ("groups: [{ service: queue, match: { executable: no-such-program } }]", true),
        ("scrape: [{ service: shop, url: 'http://127.0.0.1:1/metrics' }]", true),
        ("scrape: [{ service: worker, instance: worker-1, url: 'http://127.0.0.1:1/metrics' }]", false),
        ("groups: [{ service: worker, instance: worker-1, match: { executable: no-such-program } }]", false),
    ])
    func `an agent that watches others beside the one that it expects has its own labels`(
        file: String, watchesOthers: Bool
    ) async throws {
        let folder = try TemporaryFolder()
        try folder.write(file, to: "watch.yaml")
        try await RunningAgent.with {
            $0.expected = [InstanceIdentity(service: "worker", instance: "worker-1")]
            $0.watchFile = folder.path("watch.yaml")
        } _: { agent in
            let labels = try await groups(agent).first?.labels
            #expect(labels?["service"] == (watchesOthers ? "apus-agent" : "worker"))
            #expect(labels?["instance"] == (watchesOthers ? nil : "worker-1"))
        }
    }

    @Test func `groups of processes and what reports over HTTP are among those that an agent watches`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("groups: [{ service: queue, match: { executable: no-such-program } }]\n", to: "watch.yaml")
        try await RunningAgent.with {
            $0.watchFile = folder.path("watch.yaml")
            $0.reportListen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 0))]
        } _: { agent in
            let answer = try await agent.report("/v1/report/shop/shop-1", "x 1\n")
            #expect(answer.status == 204)
            #expect(try await groups(agent).first?.labels["__meta_apus_instances"] == ",queue/queue,shop/shop-1,")
        }
    }

    /// What a real agent answers over its Unix socket.
    private func overSocket(_ page: String, listening: [String], _ options: [String] = []) async throws -> String {
        let folder = try TemporaryFolder()
        let agent = try RunningProgram(
            BuiltProgram.path("apus-agent"),
            listening.flatMap { ["--listen", $0] } + [
                "--listen", "unix:\(folder.path("http.sock"))", "--socket", folder.path("agent.sock"), "--journal", "off",
                "--interval", "200ms", "--log", "stderr",
            ] + options)
        defer { agent.stop() }
        var text = ""
        func ask(_ page: String) throws -> Command {
            try Command.run("curl", ["-sf", "--unix-socket", folder.path("http.sock"), "http://localhost\(page)"])
        }
        try await eventually("it is ready: \(agent.errors)") { (try? ask("/health/ready").passed) ?? false }
        // On a machine that is busy the sampling loop may be late for a moment, which is no good health.
        try await eventually("it answers") {
            text = (try? ask(page).output) ?? ""
            return !text.isEmpty
        }
        return text
    }

    @Test func `over a Unix socket the target is where a scrape reaches the agent, or there is none`() async throws {
        let port = try LoopbackPort.free()
        func targets(_ listening: String...) async throws -> [String] {
            let text = try await overSocket("/targets", listening: listening)
            return try JSONDecoder().decode([Group].self, from: Data(text.utf8)).flatMap(\.targets)
        }
        #expect(try await targets("127.0.0.1:\(port)") == ["127.0.0.1:\(port)"])
        #expect(try await targets("*:\(port)") == ["localhost:\(port)"])
        #expect(try await targets() == [])
    }

    @Test func `health has the groups of the file, also where it has none`() async throws {
        struct Health: Decodable {
            struct Group: Decodable, Equatable {
                let service: String
                let status: String
                let processes: Int
            }
            let status: String
            let groups: [Group]?
        }
        let folder = try TemporaryFolder()
        func health(_ file: String?) async throws -> Health {
            try folder.write(file ?? "", to: "watch.yaml")
            let text = try await overSocket(
                "/health", listening: [], file == nil ? [] : ["--config", folder.path("watch.yaml")])
            return try JSONDecoder().decode(Health.self, from: Data(text.utf8))
        }
        let none = try await health(nil)
        #expect(none.status == "pass" && none.groups == nil)
        let empty = try await health("groups: []\n")
        #expect(empty.status == "pass" && empty.groups == [])
        let one = try await health("groups: [{ service: gone, match: { executable: no-such-program } }]\n")
        #expect(one.status == "warn" && one.groups == [.init(service: "gone", status: "fail", processes: 0)])
    }

    @Test func `an address that is none is not sent back`() async throws {
        try await RunningAgent.with { agent in
            let client = try RawClient(port: agent.port)
            client.send("GET /targets HTTP/1.1\r\nHost: \"evil\"<x>\r\nConnection: close\r\n\r\n")
            let answer = String(decoding: client.readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(!answer.contains("evil"))
        }
    }
}
