import AgentMetrics
import ApusProbes
import Glibc
import HostTesting
import ServerTesting
import Synchronization
import Testing

/// RabbitMQ, asked of one real server, which takes its time to start, and of texts that others send.
@Suite(.serialized) struct RabbitMQProbeTests {
    private func result(_ target: RabbitMQTarget) async throws -> Result<ProbeFigures, ProbeFailure> {
        try await AskedServer(.rabbitmq(target)).ask()
    }

    private func figures(_ target: RabbitMQTarget) async throws -> RabbitMQFigures {
        let result = try await result(target)
        guard case .success(.rabbitmq(let figures)) = result else { throw Unexpected("\(result)") }
        return figures
    }

    private func name(_ host: String, _ queue: String) -> RabbitMQFigures.QueueName {
        RabbitMQFigures.QueueName(virtualHost: host, queue: queue)
    }

    @Test func `figures are those of the server, by both of its plugins`() async throws {
        let ports = try LoopbackPort.free(3)
        let managementPort = ports[0]
        let secrets = try TemporaryFolder()
        let certificates = TestCertificates(in: secrets)
        try certificates.make("authority", signing: [("server", "IP:127.0.0.1")])
        for path in [secrets.path, certificates.key("server")] { chmod(path, 0o755) }
        let files = [
            ("cacertfile", certificates.certificate("authority")), ("certfile", certificates.certificate("server")),
            ("keyfile", certificates.key("server")), ("ip", "127.0.0.1"),
        ]
        let server = try ServerTesting.RabbitMQServer(
            configuration: [
                "management.tcp.ip = 127.0.0.1", "management.tcp.port = \(managementPort)",
                "management.ssl.port = \(ports[1])", "prometheus.ssl.port = \(ports[2])",
            ] + files.flatMap { name, value in ["management", "prometheus"].map { "\($0).ssl.\(name) = \(value)" } },
            plugins: ["rabbitmq_management"])
        defer { server.stop() }
        let api = "http://127.0.0.1:\(managementPort)/api"
        func call(_ method: String, _ path: String, _ body: String) throws {
            let done = try Command.run(
                "curl", ["-sSf", "-m", "20", "-u", "guest:guest", "-X", method, "-d", body, "\(api)\(path)"])
            guard done.passed else { throw Unexpected("\(method) \(path): \(done.text)") }
        }
        let long = String(repeating: "\u{e9}", count: 100)
        for queue in [
            "orders.new", "orders.paid", "mail", "odd%20%22%5C%C3%A9", long.utf8.map { "%\(String($0, radix: 16))" }.joined(),
        ] {
            try call("PUT", "/queues/%2F/\(queue)", "{}")
        }
        try call("PUT", "/vhosts/shop", "{}")
        try call("PUT", "/permissions/shop/guest", #"{"configure":".*","write":".*","read":".*"}"#)
        try call("PUT", "/queues/shop/mail", "{}")
        for number in 0..<7 {
            try call(
                "POST", "/exchanges/%2F/amq.default/publish",
                #"{"properties":{},"routing_key":"orders.new","payload":"\#(number)","payload_encoding":"string"}"#)
        }
        for (user, tags) in [("plain", ""), ("low", "management"), ("mon", "monitoring"), ("watch", "monitoring")] {
            try call("PUT", "/users/\(user)", #"{"password":"P4SS-m4rk","tags":"\#(tags)"}"#)
        }
        try call("PUT", "/permissions/%2F/watch", #"{"configure":"^$","write":"^$","read":"^$"}"#)
        let folder = try TemporaryFolder()
        try folder.write("guest\n", to: "guest")
        try folder.write("P4SS-m4rk\n", to: "others")
        func target(_ user: String) throws -> RabbitMQTarget {
            var target = RabbitMQTarget(.management, try ProbeURL("http://127.0.0.1:\(managementPort)"))
            target.login = .basic(user: user, password: .file(folder.path(user == "guest" ? "guest" : "others")))
            return target
        }
        // Statistics come to the management every five seconds.
        try await eventually("the messages are counted", within: .seconds(60)) {
            let figures = try await figures(target("guest"))
            return figures.queues[name("/", "orders.new")]?.ready == 7 && figures.ready == 7 && figures.queues.count == 6
                && figures.queues.values.allSatisfy { $0.consumers != nil }
        }
        let all = try await figures(target("guest"))
        #expect(all.queues[name("/", "odd \"\\\u{e9}")] == RabbitMQFigures.Queue(ready: 0, unacknowledged: 0, consumers: 0))
        #expect(all.queues[name("shop", "mail")]?.ready == 0)
        #expect(all.queues.keys.contains { $0.queue == String(long.prefix(64)) })
        #expect(all.queueCount == 6 && all.listedQueues == 6 && all.unacknowledged == 0 && all.connections == 0)
        #expect(all.nodes.count == 1 && all.nodes[0].isRunning && all.nodes[0].hasMemoryAlarm == false)

        var orders = try target("guest")
        orders.queues = [QueuePattern("orders.*"), QueuePattern("odd*")]
        #expect(Set(try await figures(orders).queues.keys.map(\.queue)) == ["orders.new", "orders.paid", "odd \"\\\u{e9}"])
        var shop = try target("guest")
        shop.virtualHost = "shop"
        #expect(try await figures(shop).queues.keys.map(\.virtualHost) == ["shop"])
        shop.virtualHost = "none"
        #expect(try await AskedServer(.rabbitmq(shop)).failure().text.contains("no such virtual host"))

        // Who may see nothing is answered with 200 and an empty list: that is not up.
        for (user, words) in [("plain", "monitoring"), ("low", "monitoring"), ("mon", "set_permissions"), ("none", "password")]
        {
            let failure = try await AskedServer(.rabbitmq(target(user))).failure()
            #expect(failure.reason == .authentication && failure.text.contains(words), "\(user): \(failure.text)")
            #expect(!failure.text.contains("m4rk"))
        }
        let partial = try await figures(target("watch"))
        #expect(partial.listedQueues == 5 && partial.queueCount == 6)
        // What the remedy says is enough: nothing may be read, and everything is seen.
        try call("PUT", "/permissions/shop/watch", #"{"configure":"^$","write":"^$","read":"^$"}"#)
        let whole = try await figures(target("watch"))
        #expect(whole.queues == all.queues && whole.nodes == all.nodes && whole.ready == 7)

        var exposition = RabbitMQTarget(.prometheus, try ProbeURL("http://127.0.0.1:\(server.metricsPort)"))
        let served = try await figures(exposition)
        #expect(served.queues[name("/", "orders.new")] == RabbitMQFigures.Queue(ready: 7, unacknowledged: 0, consumers: 0))
        #expect(served.queues.keys.contains { $0.queue.hasPrefix("odd \"") })
        #expect(served.queues.count == 6 && served.queueCount == 6 && served.ready == 7)
        #expect(served.nodes.count == 1 && served.nodes[0].name == all.nodes[0].name && served.nodes[0].hasDiskAlarm == false)
        exposition.virtualHost = "shop"
        #expect(try await figures(exposition).queues.count == 1)
        #expect(all.certificates == nil && served.certificates == nil)

        let end = try certificates.end(of: "server")
        for (way, port) in [(RabbitMQTarget.Way.management, ports[1]), (.prometheus, ports[2])] {
            var secured = RabbitMQTarget(way, try ProbeURL("https://127.0.0.1:\(port)"))
            secured.tls.authorityFile = certificates.certificate("authority")
            secured.login = try target("guest").login
            let shown = try await figures(secured)
            #expect(shown.queues.count == 6 && shown.certificates?.leaf == end, "\(way)")
            // The server shows its authority's too, which ends in the same second or one before.
            #expect(shown.certificates?.chain == min(end, try certificates.end(of: "authority")))
            #expect(ProbeFigures.rabbitmq(shown).certificates == shown.certificates)
        }
        let other = RabbitMQTarget(.prometheus, try ProbeURL("http://127.0.0.1:\(managementPort)"))
        #expect(try await AskedServer(.rabbitmq(other)).failure().reason == .status)
    }

    /// What the management of a RabbitMQ with so many queues answers to a question.
    private static func answer(_ question: String, queues: Int) -> String {
        let path = question.split(separator: " ").dropFirst().first ?? ""
        if path.hasPrefix("/api/whoami") { return #"{"name":"u","tags":["monitoring"]}"# }
        if path.hasPrefix("/api/overview") { return #"{"object_totals":{"queues":\#(queues)},"queue_totals":{}}"# }
        if path.hasPrefix("/api/nodes") { return "[]" }
        let page = path.split(separator: "page=").dropFirst().first.flatMap { Int($0.prefix { $0.isNumber }) } ?? 1
        let items = ((page - 1) * 100..<min(page * 100, queues)).map { #"{"name":"q\#($0)","vhost":"/","messages_ready":1}"# }
        return #"{"filtered_count":\#(queues),"page_count":\#((queues + 99) / 100),"items":[\#(items.joined(separator: ","))]}"#
    }

    @Test(arguments: [(keeps: true, says: false), (false, true), (false, false)])
    func `all questions go over one connection, where the server keeps it`(keeps: Bool, says: Bool) async throws {
        let connections = Atomic<Int>(0)
        let questions = Atomic<Int>(0)
        let server = try RudeListener { connection in
            connections.add(1, ordering: .relaxed)
            while case let bytes = connection.receive(), !bytes.isEmpty {
                questions.add(1, ordering: .relaxed)
                let body = Self.answer(String(decoding: bytes, as: UTF8.self), queues: 350)
                connection.send(
                    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(says ? "Connection: close\r\n" : "")\r\n\(body)"
                )
                if !keeps { return }
            }
        }
        defer { server.stop() }
        let figures = try await figures(RabbitMQTarget(.management, try ProbeURL("http://127.0.0.1:\(server.port)")))
        #expect(figures.queues.count == 350 && figures.listedQueues == 350)
        #expect(questions.load(ordering: .relaxed) == 7)
        #expect(connections.load(ordering: .relaxed) == (keeps ? 1 : 7))
    }

    @Test func `a server that ends a new connection without an answer is asked once`() async throws {
        let connections = Atomic<Int>(0)
        let server = try RudeListener { connection in
            connections.add(1, ordering: .relaxed)
            connection.receive()
        }
        defer { server.stop() }
        let failure = try await AskedServer(
            .rabbitmq(RabbitMQTarget(.management, try ProbeURL("http://127.0.0.1:\(server.port)")))
        ).failure()
        #expect(failure.reason == .connection && connections.load(ordering: .relaxed) == 1, "\(failure.text)")
    }

    @Test func `a page of a proxy that asks who comes`() async throws {
        let server = try RudeListener.http("", status: "302 Found", fields: "Location: https://login.example/?t=SECRET\r\n")
        defer { server.stop() }
        let failure = try await AskedServer(
            .rabbitmq(RabbitMQTarget(.prometheus, try ProbeURL("http://127.0.0.1:\(server.port)")))
        ).failure()
        #expect(failure.reason == .status && failure.text.contains("302") && !failure.text.contains("SECRET"))
    }

    @Test(arguments: ["<html>hello</html>", "{}", "[]", "null", "[[[[", #"{"name":1,"tags":{}}"#, ""])
    func `answers of something else`(_ body: String) async throws {
        let server = try RudeListener.http(body)
        defer { server.stop() }
        for way in RabbitMQTarget.Way.allCases {
            let failure = try await AskedServer(
                .rabbitmq(RabbitMQTarget(way, try ProbeURL("http://127.0.0.1:\(server.port)")))
            ).failure()
            #expect(failure.reason == .content, "\(failure.text)")
        }
    }

    @Test func `an exposition with all that can stand in a name`() async throws {
        let lines = [
            #"rabbitmq_identity_info{rabbitmq_node="rabbit@here",rabbitmq_cluster="c"} 1"#,
            #"rabbitmq_detailed_queue_messages_ready{vhost="/",queue="a",queue="b"} 3"#,
            #"rabbitmq_detailed_queue_messages_ready{vhost="/",queue="x"} 1e3"#,
            #"rabbitmq_detailed_queue_messages_ready{vhost="/",queue="escaped \"\\"} 4"#,
            #"rabbitmq_detailed_queue_messages_ready{vhost="/",queue="bare "} 9"} 5"#,
            #"rabbitmq_detailed_queue_messages_ready{vhost="/",queue="negative"} -1"#,
            #"rabbitmq_detailed_queue_messages_ready{vhost="/",queue="nan"} NaN"#,
            "rabbitmq_detailed_queue_messages_ready{vhost=\"/\",queue=\"nul\0\"} 1",
            "rabbitmq_detailed_queue_messages_ready{vhost=\"/\",queue=\"nul\u{FFFD}\"} 2",
            "rabbitmq_detailed_queue_messages_ready{vhost=\"/\",queue=\"odd\"} 1\02",
            #"rabbitmq_detailed_queue_messages_ready{vhost="/""#, #"rabbitmq_detailed_queue_messages_ready{"#,
            "rabbitmq_queues 12", "rabbitmq_alarms_memory_used_watermark 1",
        ]
        let server = try RudeListener.http(lines.joined(separator: "\n"))
        defer { server.stop() }
        let figures = try await figures(RabbitMQTarget(.prometheus, try ProbeURL("http://127.0.0.1:\(server.port)")))
        let ready = Dictionary(uniqueKeysWithValues: figures.queues.map { ($0.key.queue, $0.value.ready) })
        #expect(ready == [#"a",queue="b"#: 3, "x": 1000, #"escaped "\"#: 4, #"bare "} 9"#: 5, "nul\u{FFFD}": 3])
        #expect(figures.queueCount == 12 && figures.nodes.first?.hasMemoryAlarm == true)
    }

    /// In the order of the server's table, and in the one that lets go of most.
    @Test(arguments: [Array(0..<10_000).shuffled(), Array((0..<10_000).reversed())])
    func `of many queues as many are served as may, and soon`(_ order: [Int]) async throws {
        func exposition(_ names: [String]) -> String {
            let identity = #"rabbitmq_identity_info{rabbitmq_node="rabbit@here",rabbitmq_cluster="c"} 1"#
            let families = ["messages_ready", "messages_unacked", "messages", "process_reductions_total", "consumers"]
            return families.reduce(into: identity + "\n") { text, family in
                for name in names {
                    let number = name.split(separator: ".").last ?? ""
                    text += "rabbitmq_detailed_queue_\(family){vhost=\"/\",queue=\"\(name)\"} \(number)\n"
                }
            }
        }
        let names = order.map { "orders.of.customer.\($0)" }
        let body = exposition(names) + "rabbitmq_queues 10000"
        let server = try RudeListener.http(body)
        defer { server.stop() }
        let start = ContinuousClock.now
        let figures = try await figures(RabbitMQTarget(.prometheus, try ProbeURL("http://127.0.0.1:\(server.port)")))
        print("an exposition of 10000 queues, \(body.utf8.count) bytes, was read twice in \(ContinuousClock.now - start)")
        #expect(figures.queues.count == 500 && figures.listedQueues == 10_000 && figures.queueCount == 10_000)
        #expect(figures.queues.keys.map(\.queue).sorted() == Array(names.sorted().prefix(500)))
        for (name, queue) in figures.queues {
            let number = UInt64(name.queue.split(separator: ".").last ?? "")
            #expect(queue == RabbitMQFigures.Queue(ready: number, unacknowledged: number, consumers: number))
        }
        #expect(ContinuousClock.now - start < .seconds(5))
        var some = RabbitMQTarget(.prometheus, try ProbeURL("http://127.0.0.1:\(server.port)"))
        some.queues = [QueuePattern("*.7??7"), QueuePattern("*.42")]
        let chosen = try await self.figures(some)
        #expect(chosen.queues.count == 101 && chosen.listedQueues == 101)
    }

    @Test func `an exposition without end, and one whose lines have none`() async throws {
        let line = "rabbitmq_detailed_queue_messages_ready{vhost=\"/\",queue=\"\(String(repeating: "q", count: 5000))\"} 1\n"
        let identity = "rabbitmq_identity_info{rabbitmq_node=\"rabbit@here\",rabbitmq_cluster=\"c\"} 1\n"
        let other = "rabbitmq_detailed_queue_messages_ready{vhost=\"/\",queue=\"mail\"} 1\n"
        let odd = try RudeListener.http(
            String(repeating: line, count: 100) + String(repeating: "x", count: 1_000_000) + "\n" + identity + line + other)
        defer { odd.stop() }
        let figures = try await figures(RabbitMQTarget(.prometheus, try ProbeURL("http://127.0.0.1:\(odd.port)")))
        #expect(figures.queues.keys.map(\.queue) == ["mail"] && figures.listedQueues == 1)
        for text in [other, "x"] {
            let endless = try RudeListener { connection in
                connection.receive()
                connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
                let piece = Array(String(repeating: text, count: 65_536 / text.utf8.count).utf8)
                while connection.send(piece) {}
            }
            defer { endless.stop() }
            let target = RabbitMQTarget(.prometheus, try ProbeURL("http://127.0.0.1:\(endless.port)"))
            let failure = try await AskedServer(.rabbitmq(target)).failure(within: .seconds(20))
            #expect(failure.reason == .limit && failure.text.contains("more than 16 MiB"), "\(failure)")
        }
    }

    @Test func `an answer that is refused is read as far as a page goes`() async throws {
        let server = try RudeListener.http(String(repeating: "no", count: 1_000_000), status: "403 Forbidden")
        defer { server.stop() }
        let failure = try await AskedServer(
            .rabbitmq(RabbitMQTarget(.prometheus, try ProbeURL("http://127.0.0.1:\(server.port)")))
        ).failure()
        #expect(failure.reason == .authentication, "\(failure)")
    }

    @Test func `patterns of queues`() {
        #expect(QueuePattern("orders.*").matches("orders.new") && !QueuePattern("orders.*").matches("order"))
        #expect(QueuePattern("*").matches("") && QueuePattern("a?c").matches("abc") && !QueuePattern("a?c").matches("ac"))
        #expect(QueuePattern("*a*b").matches("xaxab") && !QueuePattern("*a*b").matches("xaxa"))
        let start = ContinuousClock.now
        let pattern = QueuePattern(String(repeating: "a*", count: 100) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 255)))
        #expect(ContinuousClock.now - start < .seconds(1))
    }
}
