import GRDB
import NotificationStore

/// Moves the moments that the store chose by itself when the wall's clock was set.
///
/// The database keeps how far the wall's clock is ahead of the time since the boot. Whoever writes compares: another difference is a
/// step, whichever process sees it first, and is made good in the same transaction. What a person asked for (`deliver_at`) stays. The time since
/// the boot is the machine's, whatever a process's time namespace makes of it.
///
/// After another boot nobody holds a lease, because all holders were processes of this machine; pauses begin anew.
struct ClockSteps: Sendable {
    /// Below it a difference is the slow adjustment of NTP.
    static let smallest = Duration.seconds(1)

    let clock: HostClock

    func settle(in db: Database) throws {
        guard let elapsed = clock.elapsed else { return }
        let now = clock.wall()
        let offset = (now + (.zero - elapsed())).milliseconds
        let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT boot, offset_ms FROM host_clock"))
        guard let row, let boot = row["boot"] as String?, let earlier = row["offset_ms"] as Int64? else {
            return try keep(offset, in: db)
        }
        if boot != clock.boot {
            try ClockSQL.afterBoot.forEach { try db.execute(sql: $0, arguments: ["now": now.milliseconds]) }
            return try keep(offset, in: db)
        }
        let (step, isOver) = offset.subtractingReportingOverflow(earlier)
        guard !isOver else { return try keep(offset, in: db) }
        guard step.magnitude >= UInt64(Self.smallest / .milliseconds(1)) else { return }
        try ClockSQL.move.forEach { try db.execute(sql: $0, arguments: ["step": step]) }
        // A later moment is not told to the users by a trigger.
        try db.execute(sql: TurnSQL.settle)
        try keep(offset, in: db)
    }

    private func keep(_ offset: Int64, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO host_clock (id, boot, offset_ms) VALUES (1, :boot, :offset)
                ON CONFLICT (id) DO UPDATE SET boot = excluded.boot, offset_ms = excluded.offset_ms
                """,
            arguments: ["boot": clock.boot, "offset": offset])
    }
}

/// The statements after a step of the clock, and after a boot.
enum ClockSQL {
    /// Moves leases and what waits by the store's own choice. Arguments: `step`, in milliseconds.
    ///
    /// What would be no moment any more stays where it is: a number out of range would refuse every write.
    static let move = [
        """
        UPDATE notifications SET lock_expiry = lock_expiry + :step
        WHERE status = 'processing' AND typeof(lock_expiry + :step) = 'integer'
        """,
        """
        UPDATE notifications SET due_at = due_at + :step
        WHERE status = 'pending' AND (deliver_at IS NULL OR due_at <> deliver_at)
            AND typeof(due_at + :step) = 'integer'
        """,
    ]

    /// Gives all leases back, and begins all pauses anew. Arguments: `now`.
    static let afterBoot = [
        """
        UPDATE notifications
        SET status = 'pending', locked_by = NULL, locked_at = NULL, lock_expiry = NULL, lock_token = NULL,
            due_at = min(due_at, :now), updated_at = :now
        WHERE status = 'processing'
        """,
        """
        UPDATE notifications SET due_at = min(due_at, :now + max(due_at - updated_at, 0))
        WHERE status = 'pending' AND (deliver_at IS NULL OR due_at <> deliver_at) AND due_at > :now
        """,
    ]
}
