import AgentMetrics
import ApusMetrics
import Foundation
import Testing

/// What must agree is declared once: a metric's name stands in one place of all sources, and everything else refers to that.
@Suite struct `A metric's name` {
    @Test func `is declared in one place of all sources`() throws {
        for (name, places) in WrittenNames(try Self.sources()).declarations where places.count > 1 {
            Issue.record("\(name) is declared \(places.count) times, refer to one of them: \(places.joined(separator: ", "))")
        }
    }

    @Test func `is written nowhere besides its declaration`() throws {
        for (name, places) in WrittenNames(try Self.sources()).repetitions {
            Issue.record("\(name) is declared, and written again: refer to it in \(places.joined(separator: ", "))")
        }
    }

    /// The search finds what there is, or the other tests would hold of anything.
    @Test func `of the agent and its reporters is found by the search`() throws {
        let found = WrittenNames(try Self.sources()).declarations
        #expect(MetricCatalog.families.map(\.name).filter { found[$0] == nil } == [])
        #expect(found.count >= 500)
    }

    @Test func `that is repeated is found, in each form of a declaration and in a text of its own`() {
        let sources = [
            "One.swift": """
            /// `Gauge<NoLabels>("in_a_comment_bytes", …)` declares nothing.
            static let heap = Gauge<NoLabels>("service_heap_bytes", "Heap.")
            static let turns = Counter<TurnLabels>(
                "turns_total", "Turns.")
            static let state = StateSet<NoLabels, Breaker.State>("breaker_state", "State.")
            """,
            "Two.swift": """
            private static let family = MetricFamily(
                name: "service_heap_bytes", kind: .gauge, help: "Heap.")
            let turns = ApusMetrics.Counter<NoLabels>("turns_total", "Again.")
            let label = "breaker_state"
            let help = "breaker_state of this and that"
            """,
        ]
        let names = WrittenNames(sources)
        #expect(
            names.declarations == [
                "service_heap_bytes": ["One.swift:2", "Two.swift:2"], "turns_total": ["One.swift:4", "Two.swift:3"],
                "breaker_state": ["One.swift:5"],
            ])
        #expect(names.repetitions == ["breaker_state": ["Two.swift:4"]])
    }

    /// The text of each Swift file of `Sources`, by its path there.
    private static func sources() throws -> [String: String] {
        var folder = URL(filePath: #filePath)
        while folder.lastPathComponent != "Tests" { folder.deleteLastPathComponent() }
        let root = folder.deletingLastPathComponent().appending(path: "Sources").path
        let names = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
        var sources: [String: String] = [:]
        for name in names where name.hasSuffix(".swift") {
            sources[name] = try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)
        }
        return sources
    }
}

/// Metric names in source files: where they are declared, and where declared ones are written again as a text of their own.
private struct WrittenNames {
    /// By name, as `FILE:LINE` in order.
    private(set) var declarations: [String: [String]] = [:]
    private(set) var repetitions: [String: [String]] = [:]

    init(_ sources: [String: String]) {
        // What stands before the name: the label type may be anything, and the name on the next line. (`\b` sees no boundary at a
        // dot between letters.)
        let opening =
            /(?:^|\W)(?:(?:Counter|Gauge|Histogram|NativeHistogram|Summary|StateSet|Info)(?:<[^()"]*>)?\(\s*|MetricFamily\(\s*name:\s*)$/
        for (path, text) in sources.sorted(by: { $0.key < $1.key }) {
            var before: Substring = ""
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                if line.drop(while: \.isWhitespace).hasPrefix("//") { continue }
                // Texts are every other part of a line; one with an escape in it is no name.
                let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
                for number in stride(from: 1, to: parts.count - 1, by: 2) where MetricName.isLegal(String(parts[number])) {
                    let opens = parts[number - 1].last { !$0.isWhitespace }.map { "(:".contains($0) } ?? true
                    let isDeclaration =
                        opens && (before.suffix(100) + "\n" + parts[number - 1]).firstMatch(of: opening) != nil
                    let name = String(parts[number])
                    let place = "\(path):\(index + 1)"
                    if isDeclaration {
                        declarations[name, default: []].append(place)
                    }
                    // A single word means other things as well.
                    else if name.contains("_") {
                        repetitions[name, default: []].append(place)
                    }
                }
                before = line
            }
        }
        repetitions = repetitions.filter { declarations[$0.key] != nil }
    }
}
