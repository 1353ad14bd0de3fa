import AgentMetrics
import ApusAgent
import ApusReporting
import ApusText
import CoreMetrics
import ApusSystemd
import Foundation
import Glibc
import HostTesting
import NIOHTTP1
import SampleMetrics
import Testing

@Suite struct EndpointTests {
    @Test(arguments: [
        ("/", "text/plain; charset=utf-8"), ("/metrics", "text/plain; version=0.0.4; charset=utf-8"),
        ("/health", "application/json; charset=utf-8"), ("/health/live", "text/plain; charset=utf-8"),
        ("/resources", "application/json; charset=utf-8"), ("/stats?pretty=1", "application/json; charset=utf-8"),
    ])
    func `each page is there, with its type`(path: String, contentType: String) async throws {
        try await RunningAgent.with { agent in
            let page = try await agent.get(path)
            #expect(page.status == 200)
            #expect(page.headers["Content-Type"] == [contentType])
            #expect(!page.text.isEmpty)
            let head = try await agent.get(path, method: .HEAD)
            #expect(head.status == 200)
            #expect(head.text.isEmpty)
        }
    }

    @Test func `the address of all interfaces is served in both families`() async throws {
        try await RunningAgent.with {
            $0.listen = [ListenPlace(ListenAddress(host: "::", port: 0))]
        } _: { agent in
            #expect(Self.takes(AF_INET, "127.0.0.1", agent.port))
            #expect(Self.takes(AF_INET6, "::1", agent.port))
        }
    }

    private static func takes(_ family: Int32, _ host: String, _ port: Int) -> Bool {
        var hints = addrinfo()
        hints.ai_family = family
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let found else { return false }
        defer { freeaddrinfo(found) }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0
    }

    @Test func `a number that is none costs nobody a document`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", "worker-1") { factory in
                CoreMetrics.Meter(label: "queue_depth", dimensions: [("state", "odd")], factory: factory).set(Double.nan)
                CoreMetrics.Meter(label: "service_process_heap_bytes", factory: factory).set(Double.infinity)
                let resources = try await agent.get("/resources")
                #expect(resources.status == 200)
                #expect(resources.text.contains("\"value\" : null"))
                #expect(resources.text.contains("\"heapBytes\" : null"))
                #expect(try await agent.get("/stats").status == 200)
            }
        }
    }

    @Test func `a client that asks for OpenMetrics gets it, whole, and the same series`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", "worker-1") { factory in
                Notifications.claimed.handle(factory: factory).increment(by: 4)
                // As Prometheus 2.42 asks.
                let open = try await agent.get(
                    "/metrics",
                    accept: "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
                #expect(open.headers["Content-Type"] == ["application/openmetrics-text; version=1.0.0; charset=utf-8"])
                #expect(open.headers["Vary"] == ["Accept, Accept-Encoding"])
                #expect(open.text.hasSuffix("\n# EOF\n"))
                #expect(open.text.contains("# TYPE notifications_claimed counter\n"))
                let text = try await agent.get("/metrics")
                #expect(Set(open.samples.keys) == Set(text.samples.keys))
            }
        }
    }

    @Test func `a family that would clash with another in OpenMetrics is served in neither format`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", "worker-1") { factory in
                CoreMetrics.Recorder(label: "size", factory: factory).record(1)
                CoreMetrics.Meter(label: "size_count", factory: factory).set(987_654_321)
                let text = try await agent.get("/metrics").text
                #expect(text.contains("size_bucket{"))
                #expect(!text.contains("987654321"))
            }
        }
    }

    @Test func `another path is not found, another method not allowed`() async throws {
        try await RunningAgent.with { agent in
            #expect(try await agent.get("/nothing").status == 404)
            let answer = try await agent.get("/metrics", method: .POST)
            #expect(answer.status == 405)
            #expect(answer.headers["Allow"] == ["GET, HEAD"])
        }
    }

    @Test func `the documents say of each instance what it uses and does`() async throws {
        try await RunningAgent.with {
            $0.expected = [InstanceIdentity(service: "worker", instance: "worker-2")]
        } _: { agent in
            try await agent.reporting("worker", "worker-1") { factory in
                Notifications.delivered.handle(ChannelLabels(channel: .log), factory: factory).increment(by: 3)
                Notifications.failures.handle(DeliveryFailureLabels(channel: .log, reason: .transient), factory: factory)
                    .increment()
                Queue.depth.handle(QueueStateLabels(state: .locked), factory: factory).set(9)
                let stats = try await object(agent.get("/stats"))
                let instances = try #require(stats["instances"] as? [[String: Any]])
                #expect(instances.map { $0["instance"] as? String } == ["worker-1", "worker-2"])
                #expect(
                    instances[0]["counters"] as? [String: Double] == [
                        "notifications_delivered_total": 3, "notification_delivery_failures_total": 1,
                    ])
                #expect(instances[1]["up"] as? Bool == false)
                let resourcesDocument = try await object(agent.get("/resources"))
                let resources = try #require(resourcesDocument["instances"] as? [[String: Any]])
                #expect(resources[0]["pid"] as? Int32 == ProcessInfo.processInfo.processIdentifier)
                #expect((resources[0]["residentBytes"] as? Int ?? 0) > 1_000_000)
                let queue = try #require(resources[0]["queue"] as? [[String: Any]])
                #expect(queue.first { ($0["labels"] as? [String: String])?["state"] == "locked" }?["value"] as? Double == 9)
                let health = try await object(agent.get("/health"))
                #expect(health["status"] as? String == "warn")
            }
        }
    }

    @Test func `a connection past the limit takes the place of the oldest, and each of those is counted`() async throws {
        try await RunningAgent.with {
            $0.connectionLimit = 5
        } _: { agent in
            let sockets = try (0..<20).map { _ in try connectedSocket(agent.port) }
            defer { for socket in sockets { close(socket) } }
            // The fifteen oldest are closed by the agent: a read comes to the end of file.
            try await agent.until { sockets[..<15].allSatisfy(isClosed) }
            #expect(!sockets[15...].contains(where: isClosed))
            let samples = try await agent.get("/metrics").samples
            #expect(samples["apus_agent_http_connections_cut_total{reason=\"share\"}"] == "16")
            #expect(samples["apus_agent_http_connections_rejected_total"] == "0")
        }
    }

    private func isClosed(_ socket: Int32) -> Bool {
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK))
        return count == 0 || (count < 0 && errno == ECONNRESET)
    }

    @Test func `a request line without end, and one that is none, cost nothing`() async throws {
        try await RunningAgent.with { agent in
            let slow = try connectedSocket(agent.port)
            defer { close(slow) }
            _ = send(slow, "GET /metr", 9, Int32(MSG_NOSIGNAL))
            let wrong = try connectedSocket(agent.port)
            defer { close(wrong) }
            _ = send(wrong, "\u{0}\u{1}nonsense\r\n\r\n", 14, Int32(MSG_NOSIGNAL))
            #expect(try await agent.get("/health/live").status == 200)
        }
    }

    @Test func `an occupied port is told in one line`() async throws {
        try await RunningAgent.with { agent in
            let error = await #expect(throws: AgentError.self) {
                try await RunningAgent.with {
                    $0.listen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: agent.port))]
                } _: { _ in
                }
            }
            #expect(error?.description.contains("is in use by another process") == true)
        }
    }

    @Test func `resources have every subject once: what reports in either way, and groups of processes`() async throws {
        let folder = try TemporaryFolder()
        let sleeper = try RunningProgram("sleep", ["300"])
        try folder.write("\(sleeper.pid)\n", to: "sleep.pid")
        let match = "{ pid_file: '\(folder.path("sleep.pid"))' }"
        try folder.write(
            "groups: [{ service: sleep, match: \(match) }, { service: gone, match: { executable: no-such-program } }]\n",
            to: "watch.yaml")
        let manager = try DatagramReceiver()
        try await RunningAgent.with(
            {
                $0.watchFile = folder.path("watch.yaml")
                $0.reportListen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 0))]
            }, notifier: ServiceNotifier(socket: manager.path)
        ) { agent in
            let queue = "# TYPE queue_depth gauge\nqueue_depth{state=\"ready\"} "
            let text =
                "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 12.5\n"
                + "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes 4096\n\(queue)3\n"
            #expect(try await agent.report("/v1/report/shop/shop-1", text).status == 204)
            #expect(try await agent.report("/v1/report/sleep/sleep", "\(queue)4\n").status == 204)
            try await agent.reporting("worker", "worker-1") { _ in
                let subjects = try #require(try await self.object(agent.get("/resources"))["instances"] as? [[String: Any]])
                #expect(subjects.map { $0["service"] as? String } == ["gone", "shop", "sleep", "worker"])
                #expect(subjects.map { $0["up"] as? Bool } == [false, true, true, true])
                #expect(subjects.map { $0["reports"] as? String } == [nil, "http", "http", "segment"])
                #expect(subjects.map { $0["processes"] as? Int } == [0, nil, 1, nil])
                #expect(subjects[1]["cpuSeconds"] as? Double == 12.5 && subjects[1]["residentBytes"] as? Int == 4096)
                #expect((subjects[2]["residentBytes"] as? Int ?? 0) > 4096 && subjects[2]["threads"] as? Int == 1)
                #expect((subjects[2]["queue"] as? [[String: Any]])?.first?["value"] as? Double == 4)
                #expect(subjects[3]["pid"] as? Int == Int(getpid()))
                // With which the manager is told how it stands.
                agent.reload()
                try await agent.until {
                    manager.receive(within: 0)?.text.hasSuffix(
                        "STATUS=watching 3 instances (2 over HTTP), 2 groups of processes (1 empty)") ?? false
                }
            }
        }
        sleeper.signal(SIGKILL)
    }

    private func object(_ page: RunningAgent.Page) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(page.text.utf8)) as? [String: Any])
    }

    private func connectedSocket(_ port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0)
        return descriptor
    }
}
