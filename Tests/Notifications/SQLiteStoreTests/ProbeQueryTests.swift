import Foundation
import GRDB
import HostTesting
import NotificationStore
import SQLiteStore
import Testing

/// The query of docs/probes.md, by which an agent counts the queue when every worker is dead.
@Suite struct ProbeQueryTests {
    private static func query() throws -> String {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/probes.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(text.range(of: "query: |\n"))
        let end = try #require(text.range(of: "  - service: shop", range: start.upperBound..<text.endIndex))
        return String(text[start.upperBound..<end.lowerBound])
    }

    @Test func `it counts what the store itself does`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("notifications.sqlite")
        let store = try SQLiteNotificationStore(path: path)
        let database = try DatabaseQueue(path: path)
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let hour: Int64 = 3_600_000
        // Three that are due, two that are scheduled, one that is leased, and one whose lease has ended.
        let rows: [(status: String, due: Int64, expiry: Int64?)] = [
            ("pending", now - hour, nil), ("pending", now - hour, nil), ("pending", now - hour, nil),
            ("pending", now + hour, nil),
            ("pending", now + hour, nil), ("processing", now - hour, now + hour), ("processing", now - hour, now - hour),
        ]
        try await database.write { db in
            for (number, row) in rows.enumerated() {
                try db.execute(
                    sql: """
                        INSERT INTO notifications (id, user_id, channel, title, body, status, due_at, locked_by, locked_at, lock_expiry,
                          lock_token, created_at, updated_at) VALUES (?, 'u', 'email', 't', 'b', ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        "n\(number)", row.status, row.due, row.expiry.map { _ in "w" }, row.expiry.map { _ in now }, row.expiry,
                        row.expiry.map { _ in Int64(number) }, now, now,
                    ])
            }
        }
        let depth = try await store.queueDepth()
        let query = try Self.query()
        let counted = try await database.read { db in
            try Row.fetchAll(db, sql: query).reduce(into: [String: Int]()) { $0[$1["state"]] = $1["value"] }
        }
        #expect(counted == ["pending": depth.pending, "scheduled": depth.scheduled, "locked": depth.locked])
        #expect(counted == ["pending": 4, "scheduled": 2, "locked": 1])
    }
}
