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
