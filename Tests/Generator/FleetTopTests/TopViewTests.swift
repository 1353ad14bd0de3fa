import ApusTerminal
import FleetTop
import Foundation
import Testing

/// What keys do to what is seen.
@Suite struct TopViewTests {
    private let now = ContinuousClock.now

    private func view(rows: Int = 50, columns: Int = 100, height: Int = 20) throws -> TopView {
        var view = TopView(order: TopOrder(.name))
        view.resize(columns: columns, rows: height)
        view.take([try Samples.agent("http://a:1", rows: rows, at: now)], at: now)
        return view
    }

    private func lines(_ view: inout TopView) -> [String] { view.frame(at: now).lines.map(\.text) }

    /// The line that is chosen: letters and ground have changed places there.
    private func chosen(_ view: inout TopView) -> String? {
        view.frame(at: now).lines.dropFirst(3).first { $0.pieces.first?.style.isTurned == true }?.text
    }

    private func type(_ view: inout TopView, _ text: String) {
        for letter in text.unicodeScalars { _ = view.press(.character(letter)) }
    }

    @Test func `a frame is as large as the screen, whatever that is`() throws {
        for (columns, rows) in [(1, 1), (1, 2), (5, 3), (20, 4), (80, 24), (300, 100)] {
            var view = try view(columns: columns, height: rows)
            for key in [nil, TerminalKey.character("h"), .escape, .enter, .escape, .character("/")] {
                if let key { _ = view.press(key) }
                let frame = view.frame(at: now)
                #expect(frame.lines.count == rows && frame.lines.allSatisfy { $0.width == columns }, "\(columns)×\(rows)")
            }
        }
    }

    @Test func `a probe opens with all that its agent has said of it, and asks for nothing`() throws {
        var view = TopView(order: TopOrder(.name))
        view.resize(columns: 100, rows: 20)
        var agent = AgentState(url: "http://a:1")
        func probe(_ failures: Int) throws -> InstancesDocument? {
            try Samples.document(
                #"{"service": "db", "instance": "db1", "state": "up"}"#,
                more:
                    #", "probes": [{"service": "db", "instance": "db1", "probe": "tcp", "up": false, "attemptTime": 990, "answerTime": 940, "durationSeconds": 0.0123, "failures": \#(failures), "lastFailure": {"reason": "timeout", "text": "no answer in 5 s"}}]"#
            )
        }
        agent.take(try #require(try probe(4)), at: now)
        view.take([agent], at: now)
        _ = view.press(.home)
        #expect(view.press(.enter) == nil)
        let shown = lines(&view).joined(separator: "\n")
        for piece in ["db / db1", "down", "tcp", "60s ago", "12.3 ms", "10s ago: no answer in 5 s"] {
            #expect(shown.contains(piece), "\(piece): \(shown)")
        }
        #expect(view.asked == nil && view.open != nil)
        agent.take(try #require(try probe(77)), at: now)
        view.take([agent], at: now)
        #expect(lines(&view).contains { $0.contains("failures") && $0.contains("77") })
        _ = view.press(.escape)
        _ = view.press(.end)
        guard case .open = view.press(.enter) else { throw Unexpected() }
        #expect(view.asked == view.open)
    }

    @Test func `arrows choose a row, and the table follows`() throws {
        var view = try view()
        #expect(chosen(&view) == nil)
        _ = view.press(.down)
        #expect(chosen(&view)?.contains("shop-1000") == true)
        for _ in 0..<30 { _ = view.press(.character("j")) }
        #expect(chosen(&view)?.contains("shop-1030") == true)
        _ = view.press(.end)
        #expect(chosen(&view)?.contains("shop-1049") == true)
        _ = view.press(.down)
        #expect(chosen(&view)?.contains("shop-1049") == true)
        _ = view.press(.pageUp)
        #expect(chosen(&view)?.contains("shop-1034") == true, "a page of 15 rows")
        _ = view.press(.home)
        _ = view.press(.up)
        #expect(chosen(&view)?.contains("shop-1000") == true && lines(&view)[3].contains("shop-1000"))
    }

    @Test func `the row that is chosen stays so wherever it goes`() throws {
        var view = try view()
        for _ in 0..<5 { _ = view.press(.down) }
        #expect(chosen(&view)?.contains("shop-1004") == true)
        _ = view.press(.character("r"))
        #expect(chosen(&view)?.contains("shop-1004") == true)
        for _ in 0..<8 {
            _ = view.press(.character("s"))
            #expect(chosen(&view)?.contains("shop-1004") == true)
        }
        view.take([try Samples.agent("http://a:1", rows: 3, at: now)], at: now)
        #expect(chosen(&view) != nil, "of a row that is gone the place stays")
    }

    @Test func `a filter is written, corrected and left`() throws {
        var view = try view()
        _ = view.press(.character("/"))
        type(&view, "104")
        #expect(lines(&view).contains { $0.contains("shop-1040") } && !lines(&view).contains { $0.contains("shop-1039") })
        #expect(lines(&view).last?.hasPrefix("/104") == true)
        type(&view, " colour:x")
        #expect(lines(&view).last?.contains("is nothing that a filter looks in") == true)
        _ = view.press(.enter)
        #expect(lines(&view).last?.hasPrefix("/104 colour:x") == true, "a fault is not taken")
        _ = view.press(.control("u"))
        type(&view, "nothing")
        _ = view.press(.enter)
        #expect(lines(&view).contains { $0.contains("No row passes the filter") })
        #expect(lines(&view)[1].contains("filter nothing") && lines(&view)[1].contains("50 hidden"))
        _ = view.press(.escape)
        #expect(lines(&view).contains { $0.contains("shop-1000") })
        _ = view.press(.character("/"))
        for _ in 0..<1000 { _ = view.press(.character("日")) }
        #expect(lines(&view).last?.isEmpty == false)
        for _ in 0..<1000 { _ = view.press(.backspace) }
        #expect(view.press(.character("q")) == nil, "a letter of the filter ends nothing")
    }

    @Test func `a view that is paused stays as it is`() throws {
        var view = try view()
        _ = view.press(.character("p"))
        view.take([try Samples.agent("http://a:1", rows: 1, at: now)], at: now)
        #expect(lines(&view)[0].contains("PAUSED") && lines(&view)[0].contains("50 up"))
        _ = view.press(.character("p"))
        view.take([try Samples.agent("http://a:1", rows: 1, at: now)], at: now)
        #expect(lines(&view)[0].contains("1 up"))
    }

    @Test func `a silent agent is named, and its rows stay`() throws {
        var view = try view()
        var silent = try Samples.agent("http://b:2", rows: 2, at: now)
        silent.failure = "it is not there"
        view.take([try Samples.agent("http://a:1", rows: 1, at: now), silent], at: now)
        let lines = lines(&view)
        #expect(lines[0].contains("2 agents (1 silent)") && lines[1].contains("b:2: it is not there, its rows are 0s old"))
        #expect(lines.count { $0.contains("shop-1") } == 3)
        let stale = view.frame(at: now).lines.filter { $0.text.contains("b:2 ") && $0.text.contains("shop-") }
        #expect(
            stale.count == 2
                && stale.allSatisfy { line in
                    line.pieces.allSatisfy { piece in piece.style.isDim || piece.cells.text.allSatisfy { $0 == " " } }
                })
    }

    @Test func `an instance is opened with all that its agent says`() throws {
        var view = try view()
        _ = view.press(.down)
        guard case .open(let key) = view.press(.enter) else { throw Unexpected() }
        #expect(view.open == key && lines(&view).contains { $0.contains("Asking its agent") })
        let document = try #require(
            OpenedInstance.read(
                Data(
                    """
                    {"agent": {"time": 1000}, "row": {"service": "shop", "instance": "shop-1000", "state": "hung", "hungReason": "it waits"},
                     "uptimeSeconds": 812.5, "unit": {"unit": "shop@1.service", "activeState": "active"},
                     "connectionPools": [{"labels": {"pool": "main", "state": "used"}, "value": 3}],
                     "sources": [{"source": "stat", "status": "fail", "ageSeconds": 0.2, "readSeconds": 0.0000061}],
                     "limits": [{"limit": "series", "value": 812, "most": 10000}], "messagesIncluded": false,
                     "errors": [{"time": 900, "priority": "err", "message": "cannot connect"}]}
                    """.utf8)))
        var other = view
        other.take(.document(document), of: TopEntry.Key(agent: 5, identity: key.identity))
        #expect(lines(&other).contains { $0.contains("Asking its agent") }, "an answer about another row is none")
        view.resize(columns: 100, rows: 60)
        view.take(.document(document), of: key)
        let text = lines(&view).joined(separator: "\n")
        for part in [
            "hung: it waits", "13m", "shop@1.service", "pool=main state=used", "100s ago", "err: cannot connect",
            "812 of 10.0k", "fail, 0s old, 6.1 us",
            "see its --journal-messages",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        view.take(.asked, of: key)
        #expect(lines(&view).joined().contains("it waits"), "what was shown stays while it is asked again")
        view.resize(columns: 100, rows: 8)
        _ = view.press(.end)
        #expect(lines(&view).joined().contains("fail, 0s old"))
        _ = view.press(.escape)
        #expect(view.open == nil && chosen(&view)?.contains("shop-1000") == true)
    }

    @Test func `q and Ctrl-C end it`() throws {
        var view = try view()
        #expect(view.press(.character("q")) == .quit && view.press(.control("c")) == .quit)
    }

    private struct Unexpected: Error {}
}
