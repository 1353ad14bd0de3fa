import GRDB
package import NotificationStore

extension SQLiteNotificationStore {
    package func record(_ outcomes: [AttemptOutcome]) async throws(StoreError) -> [NotificationID] {
        guard !outcomes.isEmpty else { return [] }
        return try await database.write("record attempts") { [clock] db in
            let now = clock()
            var lost: [Int] = []
            for index in outcomes.indices.sorted(by: {
                outcomes[$0].lease.notification < outcomes[$1].lease.notification
            }) {
                do {
                    var isHeld = false
                    try db.inSavepoint {
                        isHeld = try Self.record(outcomes[index], at: now, in: db)
                        return .commit
                    }
                    if !isHeld { lost.append(index) }
                } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
                    // A row that takes no outcome keeps none of the others from theirs; its lease ends by itself.
                    lost.append(index)
                }
            }
            return lost.sorted().map { outcomes[$0].lease.notification }
        }
    }

    /// Records one outcome; false when its lease has passed.
    private static func record(_ outcome: AttemptOutcome, at now: Instant, in db: Database) throws -> Bool {
        let lease: StatementArguments = ["id": outcome.lease.notification.description, "token": outcome.lease.token]
        if case .deferred(let pause, let reason) = outcome.result {
            try db.cachedStatement(sql: LeaseSQL.postpone).execute(
                arguments: lease + ["now": now.milliseconds, "dueAt": (now + pause).milliseconds, "error": reason])
            return db.changesCount > 0
        }
        let columns = Columns(outcome.result)
        // First the log: it takes the owner from the lease.
        try db.cachedStatement(sql: LeaseSQL.logAttempt).execute(
            arguments: lease + [
                "startedAt": outcome.startedAt.milliseconds, "duration": Int64(outcome.duration / .microseconds(1)),
                "result": columns.result, "error": columns.error,
            ])
        guard db.changesCount > 0 else { return false }
        try db.cachedStatement(sql: LeaseSQL.recordAttempt).execute(
            arguments: lease + [
                "status": columns.status.rawValue, "dueAt": columns.dueAt?.milliseconds, "error": columns.error,
                "now": now.milliseconds,
            ])
        return true
    }

    /// A result as the tables keep it.
    private struct Columns {
        let result: String
        let status: NotificationStatus
        var dueAt: Instant?
        var error: String?

        init(_ attempt: AttemptOutcome.Result) {
            switch attempt {
            case .delivered:
                result = "delivered"
                status = .delivered
            case .retry(let moment, let reason):
                result = "retry"
                status = .pending
                dueAt = moment
                error = reason
            case .deferred(_, let reason):
                // Never logged: it was no attempt.
                result = "retry"
                status = .pending
                error = reason
            case .dead(let reason):
                result = "dead"
                status = .dead
                error = reason
            }
        }
    }
}
