import ApusDashboards
import ApusFiles
import ApusGenerator
import ApusTopology
import Foundation
import NotificationFleet
import Testing
import Yams

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
        let files = try notificationFleet().generatedFiles(of: [.dashboards], dashboards: [dashboard], schema: schema)
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
        let fleet = notificationFleet()
        let files = try FileKind.runbooks.files(for: fleet)
        func origin(_ name: String, _ line: Int) -> SourcePlace? {
            files.first { $0.path == "docs/runbooks/\(name).md" }?.origin(ofLine: line)?.place
        }
        #expect(origin("HighCPU", 5)?.fileID.hasSuffix("/ResourceAlerts.swift") == true)
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
        var seen: Set<String> = []
        for file in try FileKind.rules.files(for: fleet) where file.path.hasSuffix("-alerts.yml") {
            let lines = file.contents.split(separator: "\n", omittingEmptySubsequences: false)
            let document = try YAMLDecoder().decode(RuleDocument.self, from: file.contents)
            for (rule, number) in zip(document.rules, lines.indices.filter { lines[$0].contains("- alert: ") }) {
                func origin(_ key: String) throws -> FileOrigin {
                    let index = try #require(lines[number...].firstIndex { $0.contains(" \(key): ") }, "\(rule.name) \(key)")
                    return try #require(file.origin(ofLine: index + 1), "\(rule.name) \(key)")
                }
                let name = try #require(rule.alert)
                let declaration = try origin("alert").place
                let limit = try origin("expr")
                #expect(try origin("summary").place == declaration)
                #expect(try origin("runbook_url").place == fleet.alerting.place, "\(name)")
                // A rule with a threshold has its limit and its severity from there; any other one from the alert.
                let threshold = try fleet.watchedThresholds().first { $0.place == limit.place }
                #expect(limit.place == declaration || threshold != nil, "\(name): \(limit.place)")
                #expect(try origin("severity").place == limit.place, "\(name)")
                if let threshold {
                    #expect(threshold.isDefault == (limit.remark?.contains("Thresholds(.\(threshold.name)(") == true))
                    #expect(rule.labels?["severity"] == threshold.severity.rawValue, "\(name)")
                    seen.insert(threshold.name)
                }
                let hold = try origin("for").place
                #expect([declaration, fleet.alerting.place, fleet.scraping.place].contains(hold), "\(name): \(hold)")
            }
        }
        #expect(try seen == Set(fleet.watchedThresholds().map(\.name)))
    }

    @Test(arguments: [
        ("HighCPU", "expr", "NotificationFleet/Fleet.swift", "cpuPercent"),
        ("HighCPU", "severity", "NotificationFleet/Fleet.swift", "cpuPercent"),
        ("HighCPU", "for", "NotificationFleet/Fleet.swift", "Alerting("),
        ("HighCPU", "runbook_url", "NotificationFleet/Fleet.swift", "Alerting("),
        ("HighCPU", "summary", "ResourceAlerts.swift", "Alert("),
        ("SlowPool", "expr", "ResourceAlerts.swift", "poolWait = "),
        ("SlowPool", "severity", "ResourceAlerts.swift", "poolWait = "),
        ("InstanceDown", "expr", "InstanceAlerts.swift", "Alert("),
        ("InstanceDown", "severity", "InstanceAlerts.swift", "Alert("),
        // Of rules that look back far, the window says how often they are asked.
        ("HeapGrowth", "for", "ResourceAlerts.swift", "Alert("),
        ("DiskFillsUp", "expr", "HostAlerts.swift", "diskFull = "), ("DiskFillsUp", "for", "HostAlerts.swift", "Alert("),
        ("FewInodes", "expr", "HostAlerts.swift", "freeInodes = "), ("ClockSkew", "expr", "HostAlerts.swift", "clockSkew = "),
        ("LongTransaction", "expr", "DatabaseAlerts.swift", "transactionDuration = "),
        ("AgentSamplingBehind", "expr", "MonitoringAlerts.swift", "missedSamples = "),
        ("ErrorBudgetBurn", "expr", "NotificationFleet/Fleet.swift", "Objective.availability"),
        ("ErrorBudgetBurn", "severity", "NotificationFleet/Fleet.swift", "Objective.availability"),
        ("ErrorBudgetBurn", "runbook_url", "NotificationFleet/Fleet.swift", "Alerting("),
    ])
    func `of a rule of the notification fleet is the line of its source`(
        alert: String, key: String, file: String, source: String
    ) throws {
        let fleet = notificationFleet().varied(for: .production)
        let rules = try #require(
            try FileKind.rules.files(for: fleet).first { $0.contents.contains("- alert: \(alert)\n") }, "\(alert)")
        let lines = rules.contents.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasSuffix("- alert: \(alert)") })
        let index = try #require(lines[start...].firstIndex { $0.contains(" \(key): ") })
        let place = try #require(rules.origin(ofLine: index + 1)).place
        #expect(place.fileID.hasSuffix(file))
        #expect(try Self.sourceLine(at: place).contains(source), "\(place)")
    }

    /// The line of a source of this package.
    private static func sourceLine(at place: SourcePlace) throws -> String {
        let sources = URL(filePath: #filePath.components(separatedBy: "/Tests/")[0] + "/Sources")
        let parts = place.fileID.split(separator: "/").map(String.init)
        let paths = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String } ?? []
        let path = try #require(
            paths.first { $0.hasSuffix("/\(parts[1])") && $0.split(separator: "/").contains { $0 == parts[0] } }, "\(place)")
        let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
        return String(text.split(separator: "\n", omittingEmptySubsequences: false)[place.line - 1])
    }

    @Test func `in a text is that of the shortest run of lines`() {
        let file = GeneratedFile(
            path: "a.conf", contents: "a\nb\nc\n",
            origins: [FileOrigin(.lines(1...3), Self.place(1)), FileOrigin(.lines(2...2), Self.place(2))])
        #expect((1...4).map { file.origin(ofLine: $0)?.place.line } == [1, 2, 1, nil])
    }
}
