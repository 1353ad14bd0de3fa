import Foundation
import Testing

/// The example of docs/reporting.md, compiled into this target from the same lines.
@Suite struct ReportingExampleTests {
    @Test func `the example of the documentation brings a metric onto a scrape`() async throws {
        try await RunningAgent.with { agent in
            let shop = Task { try await runShop(agentSocket: agent.socketPath, logger: RunningAgent.logger, services: []) }
            try await agent.until {
                try await agent.get("/metrics").samples[#"orders_total{service="shop",instance="shop-1"}"#] == "1"
            }
            shop.cancel()
            try? await shop.value
        }
    }

    @Test func `the documentation shows the lines that are tested`() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let example = try String(contentsOf: tests.appending(path: "ReportingExample.swift"), encoding: .utf8)
        let root = tests.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/reporting.md"), encoding: .utf8)
        #expect(page.contains("```swift\n\(example)```"))
    }
}
