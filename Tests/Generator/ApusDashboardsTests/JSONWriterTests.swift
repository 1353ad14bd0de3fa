import AgentMetrics
import ApusDashboards
import ApusFiles
import ApusPromQL
import Foundation
import GeneratorTesting
import Testing

/// What only a whole dashboard shows of how JSON is written.
@Suite struct `Written JSON` {
    private func document(titled text: String, limit: Double = 1) throws -> String {
        let dashboard = Dashboard("name", title: "Title", description: text) {
            PanelRow {
                Panel("Panel", description: text, unit: .count) {
                    PanelQuery(Contract.cpuUsage.series.value, legend: "\(.instance)")
                }.thresholds(.most(limit))
            }
        }
        return try Dashboard.files([dashboard])[0].contents
    }

    @Test(
        arguments: [
            "plain", "\"quoted\" and \\ back", "\n\r\t", "\u{0}\u{1}\u{1F}\u{7F}", "é 日本 🇨🇭 \u{2028}", "/slash", "last \"", "\\",
            "x\u{8}y\"z",
        ])
    func `texts read back as they were`(text: String) throws {
        let document = try document(titled: text)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any])
        #expect(object["description"] as? String == text)
        // No character but line ends of the form itself is below a space.
        #expect(document.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A })
    }

    @Test(
        arguments: [
            (0.01, "0.01"), (0.99, "0.99"), (10_000, "10000"), (536_870_912, "536870912"), (0.00001, "0.00001"), (-2.5, "-2.5"),
            (1e15, "1000000000000000"), (0, "0"),
        ] as [(Double, String)])
    func `numbers are as a person writes them`(number: Double, text: String) throws {
        #expect(try document(titled: "Text.", limit: number).contains("\"value\": \(text)\n"))
    }

    @Test func `lines are indented by two and empty lists take none`() throws {
        let document = try document(titled: "Text.")
        #expect(document.hasPrefix("{\n  \"annotations\": {\n    \"list\": [\n      {\n        \"builtIn\": 1,\n"))
        #expect(document.contains("\n        \"overrides\": []\n"))
        #expect(document.hasSuffix("\n  \"uid\": \"name\"\n}\n"))
    }

    /// As Grafana's own export has it, so that the two can be compared.
    @Test(arguments: DashboardSchema.allCases)
    func `members are in alphabetical order`(schema: DashboardSchema) throws {
        for file in try Dashboard.files(SampleDashboards.all, schema: schema) {
            /// The last name at each indentation of the objects that are open.
            var last: [Int: String] = [:]
            for line in file.contents.split(separator: "\n") {
                let indent = line.prefix { $0 == " " }.count
                if let name = line.firstMatch(of: #/^ *"([^"]*)": /#)?.1 {
                    // Elements stand as the panels do; columns and mapped values have an order of their own.
                    let isFree = name.hasPrefix("panel-") || name.hasPrefix("Value") || name.wholeMatch(of: /[0-9]+/) != nil
                    if !isFree {
                        if let before = last[indent] { #expect(before < name, "\(before) before \(name) in \(file.path)") }
                        last[indent] = String(name)
                    }
                }
                if line.hasSuffix("{") || line.hasSuffix("[") { last = last.filter { $0.key <= indent } }
            }
        }
    }
}
