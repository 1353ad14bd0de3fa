/// The statements of leases, each of which finds its rows by an index; their query plans prove it.
package enum LeaseSQL {
    /// Takes expired leases back into the queue, at their old places. Arguments: `now`.
    package static let reclaim = """
        UPDATE notifications
        SET status = 'pending', locked_by = NULL, locked_at = NULL, lock_expiry = NULL, lock_token = NULL, updated_at = :now
        WHERE status = 'processing' AND lock_expiry <= :now
        """

    /// Leases what is due, the longest due first and, of the same moment, the first stored first. Each gets a token of its own,
    /// `base` + 1, + 2, … in that order. Arguments: `now`, `limit`, `owner`, `expiry`, `base`.
    ///
    /// The limit stands inside of the numbering, which would else number all that is due.
    package static let claim = """
        WITH due AS (
            SELECT place, row_number() OVER (ORDER BY due_at, place) AS number
            FROM (
                SELECT rowid AS place, due_at FROM notifications
                WHERE status = 'pending' AND due_at <= :now
                ORDER BY due_at, rowid LIMIT :limit
            )
        )
        UPDATE notifications
        SET status = 'processing', locked_by = :owner, locked_at = :now, lock_expiry = :expiry,
            lock_token = :base + due.number, updated_at = :now
        FROM due
        WHERE notifications.rowid = due.place AND notifications.status = 'pending'
        RETURNING id, user_id, channel, title, body, webhook_url, deliver_at, due_at, attempts, lock_token
        """

    /// Prolongs a lease that still holds. Arguments: `now`, `expiry`, `id`, `token`.
    package static let renew = """
        UPDATE notifications SET lock_expiry = :expiry, updated_at = :now
        WHERE id = :id AND lock_token = :token AND status = 'processing'
        """

    /// Gives a lease back. Arguments: `now`, `id`, `token`.
    package static let release = """
        UPDATE notifications
        SET status = 'pending', locked_by = NULL, locked_at = NULL, lock_expiry = NULL, lock_token = NULL,
            due_at = min(due_at, :now), updated_at = :now
        WHERE id = :id AND lock_token = :token AND status = 'processing'
        """

    /// Gives back the leases of owners that begin with a text, compared as such: `_` and `%`, which a host's name may hold, are
    /// wildcards of LIKE. Arguments: `now`, `prefix`.
    package static let releaseAll = """
        UPDATE notifications
        SET status = 'pending', locked_by = NULL, locked_at = NULL, lock_expiry = NULL, lock_token = NULL,
            due_at = min(due_at, :now), updated_at = :now
        WHERE status = 'processing' AND substr(locked_by, 1, length(:prefix)) = :prefix
        """

    /// Logs an attempt, if its lease still holds. Arguments: `startedAt`, `duration`, `result`, `error`, `id`, `token`.
    package static let logAttempt = """
        INSERT INTO delivery_attempts (token, notification_id, owner, started_at, duration_us, result, error)
        SELECT lock_token, id, locked_by, :startedAt, :duration, :result, :error FROM notifications
        WHERE id = :id AND lock_token = :token AND status = 'processing'
        """

    /// Ends a lease with its attempt. Arguments: `status`, `dueAt` (nil leaves it), `error` (nil leaves it), `now`, `id`, `token`.
    package static let recordAttempt = """
        UPDATE notifications
        SET status = :status, attempts = attempts + 1, due_at = coalesce(:dueAt, due_at),
            last_error = coalesce(:error, last_error),
            locked_by = NULL, locked_at = NULL, lock_expiry = NULL, lock_token = NULL, updated_at = :now
        WHERE id = :id AND lock_token = :token AND status = 'processing'
        """
}
