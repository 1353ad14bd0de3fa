import FleetTop
import Foundation
import Testing

/// What an agent's answers come to.
@Suite struct AgentStateTests {
    @Test func `members that are not known are left out, and unknown ones passed over`() throws {
        let document = try #require(
            try Samples.document(
                #"{"service": "a/b", "instance": "", "state": "odd", "more": [1], "cpuPercent": 1.5, "connections": {"used": 3}}"#,
                more:
                    #", "probes": [{"service": "db", "instance": "db1", "probe": "postgresql", "up": false, "attemptTime": 990, "lastFailure": {"reason": "timeout"}}], "rowsLeftOut": 4"#
            ))
        #expect(document.rowsLeftOut == 4 && document.rows.count == 2)
        let row = document.rows[0]
        #expect(row.state == .unknown && row.kind == "reports" && row.cpuPercent == 1.5 && row.residentBytes == nil)
        #expect(row.connections == TopRow.Use(used: 3))
        let probe = document.rows[1]
        #expect(
            probe.kind == "probe" && probe.state == .down && probe.unit == "postgresql" && probe.lastError?.message == "timeout"
        )
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"agent": {}}"#, #"{"agent": {}, "instances": {}}"#,
        #"{"agent": {}, "instances": [{"service": 1, "instance": "a"}]}"#,
        #"{"agent": {}, "instances": [{"service": "a"}]}"#, #"{"agent": {"turn": 1e999}, "instances": []}"#,
        "{\"agent\": {}, \"instances\": [",
        String(repeating: "[", count: 100_000),
    ])
    func `what is no agent's answer is none`(text: String) { #expect(InstancesDocument.read(Data(text.utf8)) == nil) }

    @Test func `rows past the bound are counted, and long texts cut`() throws {
        let row = #"{"service": "s", "instance": "i", "unit": "\#(String(repeating: "é", count: 2000))"}"#
        let document = try #require(
            try Samples.document(Array(repeating: row, count: 3010).joined(separator: ","), more: #", "rowsLeftOut": 1e300"#))
        #expect(document.rows.count == 3000 && document.rowsLeftOut == 10 + 1_000_000_000)
        #expect(document.rows[0].unit?.unicodeScalars.count == 512)
    }

    @Test func `rows are stale once the agent is silent, or its samples stand still`() throws {
        let start = ContinuousClock.now
        var agent = AgentState(url: "http://a:1")
        #expect(!agent.isStale(at: start) && agent.age(at: start) == nil)
        agent.take(try #require(try Samples.document("")), at: start)
        #expect(!agent.isStale(at: start + .seconds(40)))
        #expect(agent.isStale(at: start + .seconds(56)), "three intervals of 15 s and ten seconds")
        agent.take(try #require(try Samples.document("")), at: start + .seconds(50))
        #expect(agent.age(at: start + .seconds(56)) == .seconds(56), "the same turn is no new sample")
        agent.take(try #require(try Samples.document("", turn: 2)), at: start + .seconds(57))
        #expect(!agent.isStale(at: start + .seconds(60)))
        agent.take(try #require(try Samples.document("", turn: 2, boot: "b")), at: start + .seconds(100))
        #expect(agent.age(at: start + .seconds(100)) == .zero, "a new start is a new sample")
        agent.failure = "gone"
        #expect(agent.isStale(at: start + .seconds(101)))
        #expect(agent.label == "a:1")
    }

    @Test func `a report names agents with their errors and rows with their agents`() throws {
        let now = ContinuousClock.now
        var silent = AgentState(url: "https://b:2")
        silent.failure = "it is not there"
        let agents = [try Samples.agent("http://a:1", rows: 3, at: now), silent]
        let table = TopTable(
            TopEntry.all(of: agents, at: now), filter: try TopFilter("-1001"), order: TopOrder(.cpu), limit: 1)
        let text = try TopReport(agents, table).document()
        let report = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let told = try #require(report["agents"] as? [[String: Any]])
        #expect(told.map { $0["url"] as? String } == ["http://a:1", "https://b:2"])
        #expect(told[0]["rows"] as? Int == 3 && told[0]["error"] == nil && told[1]["error"] as? String == "it is not there")
        let rows = try #require(report["rows"] as? [[String: Any]])
        #expect(rows.count == 1 && report["rowsHidden"] as? Int == 2)
        #expect(rows[0]["agent"] as? String == "http://a:1" && rows[0]["instance"] as? String == "shop-1002")
        #expect(rows[0]["cpuPercent"] as? Double == 2 && rows[0]["residentBytes"] == nil)
    }

    @Test func `a report has nothing that a terminal obeys, and says the same`() throws {
        let name = "a\u{9d}52;\u{202e}b\u{85}\u{2028}é日🙂\u{e0001}"
        var agent = AgentState(url: "http://a:1")
        let row = #"{"service": "\#(name)", "instance": "i", "state": "up"}"#
        agent.take(try #require(try Samples.document(row)), at: .now)
        let table = TopTable(TopEntry.all(of: [agent], at: .now), filter: .all, order: TopOrder(.cpu))
        let text = try TopReport([agent], table).document()
        #expect(!text.unicodeScalars.contains { [0x9d, 0x202e, 0x85, 0x2028, 0xe0001].contains($0.value) }, "\(text)")
        #expect(text.contains("é日🙂"))
        let report = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect((report["rows"] as? [[String: Any]])?.first?["service"] as? String == name)
    }
}
