import AgentMetrics
import ApusAgent
import ApusText
import NIOHTTP1
import Testing

/// Names and texts from outside that people cannot tell apart, or that change what they see.
@Suite struct UnseenTextTests {
    private static let marks: [Unicode.Scalar] = ["\u{1B}", "\u{7}", "\u{85}", "\u{9B}", "\u{2028}", "\u{202E}", "\u{3164}"]
    private static let evil = "\u{1B}]0;evil\u{7}\u{85}\u{9B}31m\u{2028}\u{202E}\u{3164}"

    private static func with(_ body: @escaping @Sendable (RunningAgent) async throws -> Void) async throws {
        try await RunningAgent.with(
            { $0.reportListen = [ListenPlace(ListenAddress(host: "127.0.0.1", port: 0))] }, body)
    }

    @Test(arguments: ["x{a=\"\(evil)\"} 1\nx{a=\"\(evil)\"} 2\n", "# TYPE x \(evil)\nx 1\n", "x{a=\"\(evil)\" 1\n"])
    func `what a reporter is answered about its own text has nothing in it that is not seen`(text: String) async throws {
        try await Self.with { agent in
            let answer = try await agent.report("/v1/report/shop/one", text)
            #expect(answer.text.contains("line "), "\(answer.text)")
            #expect(!answer.text.unicodeScalars.contains { Self.marks.contains($0) }, "\(answer.text.debugDescription)")
        }
    }

    @Test func `names that are composed in different ways are two instances`() async throws {
        try await Self.with { agent in
            for (path, value) in [("uu/%C3%A9", 1), ("uu/e%CC%81", 2), ("%C3%A9/uu", 3), ("e%CC%81/uu", 4)] {
                #expect(try await agent.report("/v1/report/\(path)", "x \(value)\n").status == 204)
            }
            let lines = try await agent.get("/metrics").text.split(separator: "\n").filter { $0.hasPrefix("x{") }
            #expect(
                Set(lines.map { Array($0.utf8) })
                    == Set(
                        [
                            "x{service=\"uu\",instance=\"\u{E9}\"} 1", "x{service=\"uu\",instance=\"e\u{301}\"} 2",
                            "x{service=\"\u{E9}\",instance=\"uu\"} 3", "x{service=\"e\u{301}\",instance=\"uu\"} 4",
                        ].map { Array($0.utf8) }))
            #expect(try await agent.report("/v1/report/uu/e%CC%81", [], method: .DELETE).status == 204)
            let left = try await agent.get("/metrics").text.split(separator: "\n").filter { $0.hasPrefix("x{") }
            #expect(left.contains { $0.utf8.elementsEqual("x{service=\"uu\",instance=\"\u{E9}\"} 1".utf8) })
        }
    }

    @Test func `groups of names that are composed in different ways are two, of a file and by what is captured`() throws {
        let host = try FixtureHost()
        try host.put(
            .init(pid: 4801, name: "one", command: "one --shop=\u{E9}"),
            .init(pid: 4802, name: "two", command: "two --shop=e\u{301}"))
        for file in [
            "groups:\n- {service: shop, instance: \"\u{E9}\", match: {command: '^one'}}\n"
                + "- {service: shop, instance: \"e\u{301}\", match: {command: '^two'}}\n",
            "groups:\n- {service: shop, instance: '${shop}', match: {command: '--shop=(?<shop>\\S+)'}}\n",
        ] {
            let groups = try host.groups(file)
            host.time.pass(.seconds(15))
            groups.tick(at: host.time.now)
            let served = groups.look(at: host.time.now)
            #expect(
                Set(served.map { Array($0.identity.instance.utf8) }) == [Array("\u{E9}".utf8), Array("e\u{301}".utf8)],
                "\(file)")
            #expect(served.allSatisfy { $0.reading.processes == 1 })
        }
    }

    @Test func `identities are the same, hash and are ordered by their bytes`() {
        let (composed, apart) = (
            InstanceIdentity(service: "s", instance: "\u{E9}"), InstanceIdentity(service: "s", instance: "e\u{301}")
        )
        #expect(composed != apart && Set([composed, apart]).count == 2 && apart < composed && !(composed < apart))
        #expect(composed == InstanceIdentity(service: "s", instance: "\u{E9}"))
        #expect(InstanceIdentity(service: "ab", instance: "c") != InstanceIdentity(service: "a", instance: "bc"))
        #expect(InstanceIdentity(service: "a", instance: "z") < InstanceIdentity(service: "b", instance: "a"))
    }
}
