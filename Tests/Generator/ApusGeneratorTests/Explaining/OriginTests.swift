import ApusDashboards
import ApusFiles
import ApusGenerator
import ApusTopology
import GeneratorTesting
import Testing

@Suite struct `The origin of a line` {
    private static func place(_ line: Int) -> SourcePlace { SourcePlace(fileID: "Shop/Fleet.swift", line: line) }

    private static let document = GeneratedFile(
        path: "a.yml",
        contents: """
            # A comment.
            global:
              interval: 15s
            jobs:
              - name: one
                targets:
                  - a:1
                  - b:2
              - name: two
            last: 1

            """,
        origins: [
            FileOrigin(.element(["global"]), place(3)), FileOrigin(.element(["jobs", "0"]), place(10)),
            FileOrigin(.element(["jobs", "0", "targets", "1"]), place(12)), FileOrigin(.element(["jobs", "1"]), place(20)),
        ])

    @Test(
        arguments: [
            (1, nil), (2, 3), (3, 3), (4, nil), (5, 10), (6, 10), (7, 10), (8, 12), (9, 20), (10, nil), (99, nil),
        ] as [(Int, Int?)])
    func `is that of the smallest element around it`(line: Int, expected: Int?) {
        #expect(Self.document.origin(ofLine: line)?.place == expected.map(Self.place))
    }

    @Test func `in JSON is found as in YAML`() {
        let file = GeneratedFile(
            path: "a.json",
            contents: "{\n  \"panels\": [\n    {\n      \"id\": 1\n    },\n    {\n      \"id\": 2\n    }\n  ]\n}\n",
            origins: [FileOrigin(.element(["panels", "1"]), Self.place(7))])
        #expect(
            (1...10).map { file.origin(ofLine: $0) != nil } == [
                false, false, false, false, false, true, true, true, true, true,
            ])
    }

    @Test(arguments: DashboardSchema.allCases)
    func `in a dashboard of the fleet's own is where the panel is described`(schema: DashboardSchema) throws {
        func panel(_ title: String) -> Panel {
            Panel(title, markdown: "Text.", fileID: "Shop/Boards.swift", line: title.utf8.count)
        }
        let dashboard = Dashboard("own", description: "Its own.", fileID: "Shop/Boards.swift", line: 100) {
            PanelRow { panel("One") }
            PanelRow("Open") { panel("Second") }
            PanelRow("Folded", isCollapsed: true) {
                panel("Third one")
                panel("Fourth panel")
            }
        }
        let files = try shopFleet().generatedFiles(of: [.dashboards], dashboards: [dashboard], schema: schema)
        let file = try #require(files.first { $0.path == "dashboards/own.json" })
        var seen: [Int] = []
        for (number, line) in file.contents.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let place = file.origin(ofLine: number + 1)?.place
            #expect(place?.fileID == "Shop/Boards.swift")
            if let title = line.firstMatch(of: /"title": "(One|Second|Third one|Fourth panel)"/)?.1 {
                #expect(place?.line == title.utf8.count)
                seen.append(title.utf8.count)
            }
        }
        #expect(seen.sorted() == [3, 6, 9, 12])
        #expect(file.origin(ofLine: 2)?.place.line == 100)
        // What every fleet has follows from the fleet.
        #expect(files.first { $0.path == "dashboards/queue.json" }?.origins == [])
    }

    @Test func `in a runbook is the alert's`() throws {
        let fleet = shopFleet()
        let files = try FileKind.runbooks.files(for: fleet)
        func origin(_ name: String, _ line: Int) -> SourcePlace? {
            files.first { $0.path == "docs/runbooks/\(name).md" }?.origin(ofLine: line)?.place
        }
        #expect(origin("HighCPU", 5)?.fileID.hasSuffix("/ResourceAlerts+Processes.swift") == true)
        #expect(origin("ErrorBudgetBurn", 5) == fleet.objectives[0].place)
        let list = try #require(files.first { $0.path == "docs/runbooks/README.md" })
        let lines = list.contents.split(separator: "\n", omittingEmptySubsequences: false)
        let row = try #require(lines.firstIndex { $0.contains("127.0.0.1:") })
        #expect(list.origin(ofLine: row + 1)?.place == fleet.agents.place)
        #expect(list.origin(ofLine: 1) == nil)
        let own = try FileKind.runbooks.files(for: AlertFleets.own).first { $0.path == "docs/runbooks/ManyThreads.md" }
        #expect(own?.origin(ofLine: 1)?.place == AlertFleets.own.alerts.first { $0.name == "ManyThreads" }?.place)
    }

    @Test(arguments: FleetShapes.all + FleetShapes.environments + AlertFleets.all)
    func `of a rule is what the line follows from: the alert, its limit, how long alerts hold, where runbooks are`(
        fleet: Fleet
    ) throws {
        try AlertRuleExpectations.linesLeadToDeclarations(of: fleet)
    }

    @Test(arguments: [
        ("HighCPU", "expr", "GeneratorTesting/ShopFleet.swift", "cpuPercent"),
        ("HighCPU", "severity", "GeneratorTesting/ShopFleet.swift", "cpuPercent"),
        ("HighCPU", "for", "GeneratorTesting/ShopFleet.swift", "Alerting("),
        ("HighCPU", "runbook_url", "GeneratorTesting/ShopFleet.swift", "Alerting("),
        ("HighCPU", "summary", "ResourceAlerts+Processes.swift", "Alert("),
        ("OrdersPileUp", "expr", "GeneratorTesting/ShopFleet.swift", "waitingOrders"),
        ("SlowCheckout", "expr", "GeneratorTesting/ShopMetrics.swift", "checkoutTime = "),
        ("SlowCheckout", "summary", "GeneratorTesting/ShopPack.swift", "Alert("),
        ("SlowPool", "expr", "ResourceAlerts.swift", "poolWait = "),
        ("SlowPool", "severity", "ResourceAlerts.swift", "poolWait = "),
        ("InstanceDown", "expr", "InstanceAlerts.swift", "Alert("),
        ("InstanceDown", "severity", "InstanceAlerts.swift", "Alert("),
        // Of rules that look back far, the window says how often they are asked.
        ("HeapGrowth", "for", "ResourceAlerts+Heap.swift", "Alert("),
        ("DiskFillsUp", "expr", "HostAlerts.swift", "diskFull = "), ("DiskFillsUp", "for", "HostAlerts.swift", "Alert("),
        ("FewInodes", "expr", "HostAlerts.swift", "freeInodes = "), ("ClockSkew", "expr", "HostAlerts.swift", "clockSkew = "),
        ("LongTransaction", "expr", "DatabaseAlerts.swift", "transactionDuration = "),
        ("AgentSamplingBehind", "expr", "MonitoringAlerts.swift", "missedSamples = "),
        ("ErrorBudgetBurn", "expr", "GeneratorTesting/ShopFleet.swift", "Objective.availability"),
        ("ErrorBudgetBurn", "severity", "GeneratorTesting/ShopFleet.swift", "Objective.availability"),
        ("ErrorBudgetBurn", "runbook_url", "GeneratorTesting/ShopFleet.swift", "Alerting("),
    ])
    func `of a rule of the shop is the line of its source`(
        alert: String, key: String, file: String, source: String
    ) throws {
        let place = try AlertRuleExpectations.origin(of: key, in: alert, of: shopFleet().varied(for: .production))
        #expect(place.fileID.hasSuffix(file))
        #expect(try AlertRuleExpectations.sourceLine(at: place).contains(source), "\(place)")
    }

    @Test func `in a text is that of the shortest run of lines`() {
        let file = GeneratedFile(
            path: "a.conf", contents: "a\nb\nc\n",
            origins: [FileOrigin(.lines(1...3), Self.place(1)), FileOrigin(.lines(2...2), Self.place(2))])
        #expect((1...4).map { file.origin(ofLine: $0)?.place.line } == [1, 2, 1, nil])
    }
}
