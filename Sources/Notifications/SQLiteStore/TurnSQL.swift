/// The statements by which users take turns, each of which reads a few entries of an index, however much is queued.
package enum TurnSQL {
    /// Gives a turn to users of whom something has become due, the longest due first. Arguments: `turn`, `now`, `limit`.
    package static let admit = """
        UPDATE queue_users SET turn = :turn WHERE place IN (
            SELECT place FROM queue_users INDEXED BY queue_users_due
            WHERE turn IS NULL AND due_at <= :now ORDER BY due_at LIMIT :limit
        )
        """

    /// Finds the users whose turn it is. Arguments: `limit`.
    package static let users = """
        SELECT place FROM queue_users INDEXED BY queue_users_turn WHERE turn IS NOT NULL ORDER BY turn, place LIMIT :limit
        """

    /// What is not delivered yet is queued in two lanes.
    package enum Lane: CaseIterable, Sendable {
        /// What was never attempted.
        case fresh
        /// What was attempted, and failed.
        case retried
    }

    private static func rows(
        _ columns: String, _ lane: Lane, of user: String = "(SELECT user_id FROM queue_users WHERE place = :user)"
    ) -> String {
        """
        SELECT \(columns) FROM notifications INDEXED BY \(lane == .fresh ? "notifications_fresh" : "notifications_retried")
        WHERE status = 'pending' AND deaths = 0 AND attempts \(lane == .fresh ? "=" : "<>") 0
            AND user_id = \(user)
        """
    }

    /// Finds what is due of a user, the longest due first. Arguments: `user` (its place), `now`, `limit`.
    ///
    /// - Parameter destination: whether rows tell theirs, for which each is read itself and not just its entry in the index.
    package static func due(_ lane: Lane, destination: Bool) -> String {
        rows("rowid AS place, due_at" + (destination ? ", destination" : ""), lane)
            + " AND due_at <= :now ORDER BY due_at, rowid LIMIT :limit"
    }

    private static func first(_ lane: Lane) -> String { "SELECT (\(rows("due_at", lane)) ORDER BY due_at LIMIT 1) AS due" }

    /// Ends a user's turn: it comes behind all others, or waits until anything is due again. Arguments: `user`, `now`, `turn`.
    package static let end = """
        UPDATE queue_users SET (turn, due_at) = (
            SELECT CASE WHEN min(due) <= :now THEN :turn END, min(due)
            FROM (\(first(.fresh)) UNION ALL \(first(.retried)))
        ) WHERE place = :user
        """

    private static func first(_ lane: Lane, of user: String) -> String {
        "SELECT (\(rows("due_at", lane, of: user)) ORDER BY due_at LIMIT 1) AS due"
    }

    /// Finds anew when anything is due of those who have no turn. No arguments.
    package static let settle = """
        UPDATE queue_users SET due_at = (
            SELECT min(due) FROM (\(first(.fresh, of: "queue_users.user_id"))
            UNION ALL \(first(.retried, of: "queue_users.user_id")))
        ) WHERE turn IS NULL
        """

    /// Finds the first destination after another of what is queued. Arguments: `last`.
    package static let nextDestination = """
        SELECT min(destination) FROM notifications INDEXED BY notifications_destination
        WHERE status = 'pending' AND destination > :last
        """

    /// Finds what is due to a destination and no suspect, the longest due first. Arguments: `destination` (nil: what has none), `now`,
    /// `limit`. The `+` has the planner see that the index is in this order.
    package static let dueToDestination = """
        SELECT rowid AS place, due_at FROM notifications INDEXED BY notifications_destination
        WHERE status = 'pending' AND destination IS :destination AND due_at <= :now AND +deaths = 0
        ORDER BY due_at, deaths, rowid LIMIT :limit
        """
}
