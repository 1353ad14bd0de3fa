import ApusAgent
import Foundation
import Testing

/// A page of the agent that a runbook or the documentation sends its reader to is one that the agent serves.
@Suite struct `Documented pages of the agent` {
    /// The paths that a text asks an agent for, by its placeholder or its usual address, each with the number of its line.
    private static func paths(in text: String) -> [(line: Int, path: String)] {
        text.components(separatedBy: "\n").enumerated().flatMap { index, line in
            line.matches(of: /http:\/\/(?:AGENT|agent:9480|127\.0\.0\.1:9480)(\/[A-Za-z0-9\/_.-]*)/).map {
                (index + 1, String($0.1))
            }
        }
    }

    @Test func `are served`() throws {
        let pages = Set(Page.allCases.map(\.rawValue))
        var asked: Set<String> = []
        for file in Documentation.files {
            let text = try String(contentsOfFile: Executables.repository + file, encoding: .utf8)
            for (line, path) in Self.paths(in: text) {
                #expect(pages.contains(path), "\(file):\(line): the agent has no page \(path)")
                asked.insert(path)
            }
        }
        #expect(asked.isSuperset(of: ["/health", "/targets", "/metrics", "/resources"]))
    }

    @Test func `are found where they do not exist`() {
        let text = "Ask it: `curl -s http://AGENT/targets`.\n`curl http://127.0.0.1:9480/health/detailed?x=1`"
        #expect(Self.paths(in: text).map { "\($0.line) \($0.path)" } == ["1 /targets", "2 /health/detailed"])
    }
}

/// What the documentation shows of the example is what is compiled and run.
@Suite struct `Documented excerpts` {
    @Test func `of the example's pack are the example's`() throws {
        func text(_ path: String) throws -> String {
            try String(contentsOfFile: Executables.repository + path, encoding: .utf8)
        }
        let pack = try text("Examples/Shop/Sources/Shop/SalesPack.swift")
        #expect(try text("docs/your-own-fleet.md").contains("```swift\n\(pack)```\n"))
    }
}
