import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import GeneratorTesting
import Testing

@Suite struct `Checking of a dashboard` {
    private func panel(_ title: String, width: PanelWidth? = nil, kind: PanelKind = .lines) -> Panel {
        Panel(title, description: "Text.", kind: kind, unit: .count, width: width) {
            PanelQuery(Contract.cpuUsage.series.value, legend: "\(.instance)")
        }
    }

    private func dashboard(
        _ name: String = "name", variables: [DashboardVariable] = [.job, .instance],
        @ListBuilder<PanelRow> rows: () -> [PanelRow]
    ) -> Dashboard {
        Dashboard(name, title: "Title", description: "Text.", variables: variables, rows: rows)
    }

    private func dashboard(of panel: Panel) -> Dashboard { dashboard { PanelRow { panel } } }

    private func expect(
        _ fault: DashboardFault, panel: String? = nil, of dashboard: Dashboard, _ location: SourceLocation = #_sourceLocation
    ) {
        let place = panel.map { "dashboard Title, panel \($0)" } ?? "dashboard Title"
        #expect(throws: DashboardError.faulty(place: place, fault: fault), sourceLocation: location) {
            try dashboard.check()
        }
    }

    @Test func `a panel keeps its id when others come and go, and has another on another dashboard`() {
        let cpu = panel("CPU")
        let first = dashboard { PanelRow { [cpu, panel("Memory")] } }
        let second = dashboard {
            PanelRow { panel("New") }
            PanelRow(height: 4) { [panel("Heap"), cpu] }
        }
        #expect(first.id(of: cpu) == second.id(of: cpu))
        #expect(first.id(of: cpu) != dashboard("other") { PanelRow { cpu } }.id(of: cpu))
        #expect(first.id(of: cpu) != first.id(of: panel("Memory")))
    }

    @Test(arguments: ["", "with space", "dot.ted", "ümlaut", "a/b"])
    func `a name that names no file is refused`(name: String) {
        expect(.illegalName(name), of: dashboard(name) { PanelRow { panel("A") } })
    }

    @Test func `a row whose panels do not fit is refused`() {
        let rows = [
            PanelRow { [panel("A", width: .twoThirds), panel("B", width: .half)] },
            PanelRow { [panel("A", width: .full), panel("B")] },
            PanelRow { for number in 1...25 { panel("\(number)") } },
        ]
        for row in rows {
            expect(
                .rowTooFull(row: 2),
                of: dashboard {
                    PanelRow { panel("First") }
                    row
                })
        }
        expect(.illegalWidth(.share(0, of: 3)), of: dashboard(of: panel("A", width: .share(0, of: 3))))
        expect(.illegalWidth(.share(1, of: 0)), of: dashboard(of: panel("A", width: .share(1, of: 0))))
        expect(.emptyRow(row: 1), of: dashboard { PanelRow {} })
        expect(.rowTooLow(row: 1, height: 1), of: dashboard { PanelRow(height: 1) { panel("A") } })
    }

    @Test func `a title that is there twice is refused, and so are two with one id`() {
        expect(.repeatedTitle("A"), of: dashboard { PanelRow { [panel("A"), panel("A")] } })
        expect(
            .repeatedTitle("A"),
            of: dashboard {
                PanelRow("A") { panel("B") }
                PanelRow("A") { panel("C") }
            })
        // A heading's id is that of a panel called so.
        expect(.repeatedID(first: "row/A", second: "A"), of: dashboard { PanelRow("A") { panel("row/A") } })
    }

    @Test func `a fixed window and a legend without its label are refused`() {
        let orders = ShopMetrics.orders.series
        let error = #expect(throws: DashboardError.self) {
            let panel = Panel("A", description: "Text.", unit: .count) {
                PanelQuery(orders.rate(over: .minutes(5)), legend: "x")
            }
            try dashboard(of: panel).check()
        }
        guard case .faultyQuery("dashboard Title, panel A", let findings) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(findings.map(\.kind) == [.fixedWindowInPanel])
        #expect(throws: DashboardError.unknownLabel("method", place: "dashboard Title, panel A")) {
            let panel = Panel("A", description: "Text.", unit: .count) {
                PanelQuery(orders.rate(over: .rateInterval).sum(by: .instance), legend: "\(.label(.method))")
            }
            try dashboard(of: panel).check()
        }
    }

    @Test func `a panel without title, description or query is refused`() {
        expect(.missingTitle, panel: "", of: dashboard(of: panel("")))
        expect(.missingQuery, panel: "A", of: dashboard(of: Panel("A", description: "Text.", unit: .count) {}))
        expect(
            .missingDescription, panel: "A",
            of: dashboard(
                of: Panel("A", description: "", unit: .count) {
                    PanelQuery(Contract.cpuUsage.series.value, legend: "\(.instance)")
                }))
    }

    @Test func `a variable that is not there, or twice, is refused`() {
        let cases = [
            panel("A $queue"), panel("A").repeated(for: "queue"), panel("A").links(.address("/x?${queue:queryparam}", "X")),
        ]
        for panel in cases { expect(.unknownVariable("queue"), panel: panel.title, of: dashboard(of: panel)) }
        expect(.unknownVariable("queue"), of: dashboard { PanelRow("B", repeatedFor: "queue") { panel("A") } })
        expect(.unknownVariable("queue"), of: dashboard { PanelRow("Of $queue") { panel("A") } })
        expect(.repeatedVariable("job"), of: dashboard(variables: [.job, .job]) { PanelRow { panel("A") } })
    }

    @Test func `a query that is narrowed by less must say why`() {
        let query = PanelQuery(Contract.cpuUsage.series.value, legend: "\(.instance)", narrowing: .none(because: ""))
        expect(
            .unexplainedNarrowing, panel: "A", of: dashboard(of: Panel("A", description: "Text.", unit: .count) { query }))
        let unknown = PanelQuery(
            Contract.cpuUsage.series.value, legend: "\(.instance)", narrowing: .only(["queue"], because: "reason"))
        expect(
            .unknownVariable("queue"), panel: "A",
            of: dashboard(of: Panel("A", description: "Text.", unit: .count) { unknown }))
    }

    @Test func `numbers and scales that mislead are refused`() {
        expect(
            .thresholdsNotAscending([2, 1]), panel: "A",
            of: dashboard(of: panel("A").thresholds(PanelThresholds([.init(from: 2, .yellow), .init(from: 1, .red)]))))
        expect(.noisyNumber(0.1 + 0.2), panel: "A", of: dashboard(of: panel("A").thresholds(.most(0.1 + 0.2))))
        expect(.noisyNumber(.infinity), panel: "A", of: dashboard(of: panel("A").thresholds(.most(.infinity))))
        expect(.emptyRange(from: 1, to: 1), panel: "A", of: dashboard(of: panel("A").range(from: 1, to: 1)))
    }

    @Test func `buckets outside of a heatmap, and a heatmap of something else, are refused`() {
        let buckets = Panel("A", description: "Text.", unit: .seconds) {
            PanelQuery(ShopMetrics.checkoutTime.series.bucketRates(over: .rateInterval).sum())
        }
        expect(.wrongKind(kind: "timeseries", query: "buckets"), panel: "A", of: dashboard(of: buckets))
        expect(
            .wrongKind(kind: "heatmap", query: "what are no buckets"), panel: "A",
            of: dashboard(of: panel("A", kind: .heatmap)))
    }

    @Test func `links that lead nowhere are refused`() {
        expect(
            .missingLabel("state"), panel: "A",
            of: dashboard(of: panel("A").dataLinks(.dashboard("name", "X", variablesFromLabels: ["state": "state"]))))
        expect(.unknownOverrideQuery("B"), panel: "A", of: dashboard(of: panel("A").overrides(.ofQuery("B", .dashed))))
        #expect(
            throws: DashboardError.faulty(
                place: "dashboard Title, panel A", fault: .unknownDashboard("elsewhere"))
        ) {
            try Dashboard.files([dashboard(of: panel("A").links(.dashboard("elsewhere", "X")))])
        }
    }

    @Test func `names, titles and uids are unique among the dashboards of a folder`() {
        func one(_ name: String, uid: String? = nil, title: String) -> Dashboard {
            Dashboard(name, uid: uid, title: title, description: "Text.") { PanelRow { panel("A") } }
        }
        #expect(throws: DashboardError.repeatedName("a", kind: "dashboard")) {
            try Dashboard.files([one("a", title: "A"), one("a", uid: "b", title: "B")])
        }
        #expect(throws: DashboardError.repeatedName("A", kind: "dashboard")) {
            try Dashboard.files([one("a", title: "A"), one("b", title: "A")])
        }
        #expect(throws: DashboardError.repeatedName("a", kind: "dashboard uid")) {
            try Dashboard.files([one("a", title: "A"), one("b", uid: "a", title: "B")])
        }
    }

    @Test func `faults say where and what to do`() {
        let error = DashboardError.faulty(place: "dashboard Title", fault: .rowTooFull(row: 2))
        #expect(
            error.description
                == "dashboard Title: row 2 holds more than fits: make its panels narrower, or begin another row")
    }
}
