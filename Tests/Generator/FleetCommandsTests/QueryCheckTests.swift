import ApusPromQL
import LiveChecks
import Testing

/// A server with a few series, by name; each has the label `status` with one value. None of them has a past.
private struct FewSeries: QueryServer {
    let statuses: [String: String]
    /// Names that it had series of, and has no more.
    var remembered: Set<String> = []
    /// Whether no comparison holds.
    var isSilent = false

    func seriesCount(of expression: PromQLExpression) async throws(QueryServerError) -> Int {
        if isSilent, case .binary = expression.form { return 0 }
        let isThere = expression.selectors.allSatisfy { selector in
            guard selector.modifiers.offset == nil, let status = selector.name.flatMap({ statuses[$0] }) else { return false }
            return selector.matchers.allSatisfy { matcher in
                if case .label("status", let relation, let value) = matcher {
                    (value == status) == (relation == .equals)
                } else {
                    false
                }
            }
        }
        return isThere ? 1 : 0
    }

    func values(of label: String, in selector: PromQLSelector?) async throws(QueryServerError) -> [String] {
        switch label {
        case "__name__": (Set(statuses.keys).union(remembered)).sorted()
        case "status": selector?.name.flatMap { statuses[$0] }.map { [$0] } ?? []
        default: []
        }
    }
}

@Suite struct `A query that finds nothing` {
    private func verdict(
        _ text: String, remembered: Set<String> = [], isSilent: Bool = false
    ) async throws -> QueryCheck.Verdict {
        let check = QueryCheck(
            server: FewSeries(statuses: ["requests_total": "200", "depth": "200"], remembered: remembered, isSilent: isSilent),
            window: .seconds(60),
            eventNames: ["requests_total", "failures_total"])
        return try await check.verdict(on: PromQLExpression(parsing: text))
    }

    @Test(arguments: [
        #"ALERTS{alertstate="firing"}"#, "failures_total", "sum(rate(failures_total[5m]))", #"requests_total{status="500"}"#,
    ])
    func `is quiet where nothing has fired or happened`(text: String) async throws {
        let verdict = try await verdict(text)
        guard case .nothingHappened = verdict else {
            Issue.record("\(text): \(verdict)")
            return
        }
    }

    @Test func `is quiet where its series are there, and no event has given it a value`() async throws {
        #expect(try await verdict(#"requests_total{status="200"} > 5"#, isSilent: true) == .nothingHappened([]))
        #expect(try await verdict(#"depth{status="200"} > 5"#, isSilent: true) == .nothingPasses)
    }

    @Test func `is quiet where all series are those that it excepts`() async throws {
        #expect(try await verdict(#"depth{status!="200"} > 5"#) == .nothingPasses)
        guard case .empty = try await verdict(#"depth{container!=""} > 5"#) else {
            Issue.record("a label that is not there is quiet")
            return
        }
        guard case .empty = try await verdict(#"heapth{status!="200"} > 5"#) else {
            Issue.record("a name that is not there is quiet")
            return
        }
    }

    @Test func `is quiet where its series have no past yet, and named where they are not there either`() async throws {
        #expect(try await verdict(#"depth{status="200"} > 5 and depth offset 1h"#) == .noPast)
        guard case .empty(let selectors) = try await verdict("depth and heapth offset 1h") else {
            Issue.record("it is quiet")
            return
        }
        #expect(selectors.map(\.name) == ["heapth"])
    }

    @Test(arguments: [
        ("heapth", "no series is called heapth"), (#"requests_total{code="500"}"#, "has the label code"),
        (#"depth{status="500"}"#, #"nothing has status="500""#), ("requests_total + heapth", "no series is called heapth"),
        (#"requests_total{instance="no"}"#, "has the label instance"),
    ])
    func `is named where a metric, a label or the value of a gauge is not there`(text: String, told: String) async throws {
        guard case .empty(let selectors) = try await verdict(text) else {
            Issue.record("\(text) is quiet")
            return
        }
        #expect(selectors.count == 1 && selectors[0].description.contains(told), "\(selectors)")
    }

    @Test func `is never said to be of a metric of its own name`() async throws {
        guard case .empty(let selectors) = try await verdict("gone_depth", remembered: ["gone_depth"]) else {
            Issue.record("it is quiet")
            return
        }
        #expect(
            selectors.map(\.description) == [
                "no series is called gone_depth now, and some were: whatever exported it is gone, or does so no more"
            ])
    }
}
