import ApusGenerator
import ApusPromQL
import ApusTopology
import MetricCatalog
import Testing

@Suite struct `Checking of a dashboard` {
    private func panel(_ title: String, _ queries: [PanelQuery] = []) -> Panel {
        Panel(title: title, description: "Text.", style: .lines, unit: .count, queries: queries)
    }

    private func dashboard(uid: String = "uid", _ rows: PanelRow...) -> Dashboard {
        Dashboard(uid: uid, title: "Title", description: "Text.", tags: [], rows: rows)
    }

    @Test func `a panel keeps its id when others come and go, and has another on another dashboard`() {
        let cpu = panel("CPU")
        let first = dashboard(PanelRow(height: 8, width: 12, [cpu, panel("Memory")]))
        let second = dashboard(
            PanelRow(height: 8, width: 8, [panel("New")]), PanelRow(height: 4, width: 8, [panel("Heap"), cpu]))
        #expect(first.id(of: cpu) == second.id(of: cpu))
        #expect(first.id(of: cpu) != dashboard(uid: "other").id(of: cpu))
        #expect(first.id(of: cpu) != first.id(of: panel("Memory")))
    }

    @Test(arguments: ["", "with space", "dot.ted", "ümlaut", String(repeating: "a", count: 41)])
    func `an illegal uid is refused`(uid: String) {
        #expect(throws: GenerationError.illegalUID(uid)) { try dashboard(uid: uid).check() }
    }

    @Test func `a row of more than 24 columns is refused`() throws {
        let error = try #require(
            #expect(throws: GenerationError.self) {
                try dashboard(
                    PanelRow(height: 8, width: 12, [panel("A"), panel("B")]),
                    PanelRow(height: 8, width: 9, [panel("C"), panel("D"), panel("E")])
                ).check()
            })
        #expect(error == .rowTooWide(dashboard: "Title", row: 2, width: 27))
        #expect(error.description == "row 2 of dashboard Title is 27 columns wide: 24 is the most")
    }

    @Test func `a title that is there twice is refused`() {
        #expect(throws: GenerationError.repeatedName("A", kind: "panel")) {
            try dashboard(PanelRow(height: 8, width: 12, [panel("A"), panel("A")])).check()
        }
    }

    @Test func `a fixed window and a legend without its label are refused`() {
        let delivered = Notifications.delivered.series
        #expect(
            throws: GenerationError.faultyQuery(
                place: "dashboard Title, panel A",
                faults: [.fixedWindowInPanel(selector: "notifications_delivered_total", window: .seconds(300))])
        ) {
            let query = PanelQuery(delivered.rate(over: .minutes(5)), legend: "x")
            try dashboard(PanelRow(height: 8, width: 12, [panel("A", [query])])).check()
        }
        #expect(throws: GenerationError.unknownLabel("channel", place: "dashboard Title, panel A")) {
            let query = PanelQuery(delivered.rate(over: .rateInterval).sum(by: .instance), legend: "\(.label(.channel))")
            try dashboard(PanelRow(height: 8, width: 12, [panel("A", [query])])).check()
        }
    }
}
