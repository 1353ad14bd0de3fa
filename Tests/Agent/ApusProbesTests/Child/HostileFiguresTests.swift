import AgentMetrics
import ApusProbes
import ApusText
import Testing

/// What the agent itself makes of the answers of servers that lie: the process that asks passes them on.
///
/// A run of combining marks is compared as text in the square of its length: minutes for these, and the agent asks all probes on one loop.
@Suite(.timeLimit(.minutes(1))) struct HostileFiguresTests {
    private static let marks = ByteText("a" + String(repeating: "\u{301}\u{316}", count: 60_000))
    private static let most = ByteText("9223372036854775807")

    private static func postgresql(_ connections: [[ByteText?]]) throws(ProbeFailure) -> PostgreSQLFigures {
        let server = ChildTable(columns: ["max_connections", "reserved", "visible"], rows: [["100", "3", "t"]])
        let empty = ChildOutcome.success(ChildTable(columns: [ByteText](), rows: []))
        return try PostgreSQLFigures([
            .success(server), .success(ChildTable(columns: ["application", "state", "count"], rows: connections)), empty, empty,
            empty,
        ])
    }

    @Test func `counts of which no server has so many are no answer of a PostgreSQL`() {
        for connections: [[ByteText?]] in [
            [["a", "active", Self.most], ["a", "active", Self.most]],
            [["a", "active", Self.most], ["b", "active", Self.most]],
            [["a", "active", "-1"]],
        ] {
            #expect(throws: ProbeFailure.self) { try Self.postgresql(connections) }
        }
    }

    @Test func `applications are told apart by their bytes, and there are as many as the documents say`() throws {
        let figures = try Self.postgresql([["caf\u{e9}", "active", "3"], ["cafe\u{301}", "active", "4"]])
        #expect(figures.connections.map(\.count).sorted() == [3, 4])
        #expect(figures.connectionCount == 7)
        let many = (0..<9000).map { [ByteText("app-\($0)"), "active", "1"] }
        #expect(throws: ProbeFailure.self) { try Self.postgresql(many) }
    }

    @Test func `runs of combining marks cost no more than other names`() throws {
        let rows = (0..<40).map { [ByteText("\(Self.marks.text)\($0)"), "active", "1"] }
        #expect(try Self.postgresql(rows).connections.count == 40)
        let pools = ChildTable(
            columns: ["database", "user", "cl_active", "cl_waiting", "sv_active", Self.marks],
            rows: (0..<40).map { [ByteText("\(Self.marks.text)\($0)"), Self.marks, "1", Self.most, "-5", "1"] })
        let lists = ChildTable(
            columns: ["list", "items"], rows: [[Self.marks, "1"], [ByteText(Self.marks.text + "b"), "2"]])
        let figures = try PgBouncerFigures([
            .success(pools), .success(lists), .success(ChildTable(columns: [ByteText](), rows: [])),
        ])
        #expect(figures.pools.count == 40 && figures.items.count == 2)
        // What no PgBouncer can have is left out.
        #expect(figures.pools.allSatisfy { $0.clients.map(\.state) == ["active"] && $0.servers.isEmpty })
    }

    @Test func `a cell or a column of combining marks is refused as any other`() throws {
        let target = SQLTarget(
            .sqlite("/x"), gauges: [.init(name: "depth", help: "Help.", query: "SELECT 1", value: "value")])
        for table in [
            ChildTable(columns: ["value"], rows: [[Self.marks]]),
            ChildTable(columns: ["value", Self.marks], rows: [["1", "2"]]),
            ChildTable(
                columns: ["value", "kind"], rows: (0..<20).map { [ByteText("\($0)"), ByteText("\(Self.marks.text)\($0)")] }),
        ] {
            let failure = #expect(throws: ProbeFailure.self) { try SQLFigures([.success(table)], of: target) }
            #expect((failure?.text.utf8.count ?? .max) < 1000)
        }
    }
}
