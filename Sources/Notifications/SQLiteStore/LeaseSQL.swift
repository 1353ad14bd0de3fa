/// The statements of leases, each of which finds its rows by an index; their query plans prove it.
package enum LeaseSQL {
    /// What becomes of a row whose lease ends without an outcome.
    private static let ended =
        "status = 'pending', locked_by = NULL, locked_at = NULL, lock_expiry = NULL, lock_token = NULL, updated_at = :now"

    /// Takes expired leases back into the queue, at their old places, each as a death of its worker: of none but the one who asks, and of
    /// nobody when leases could not be renewed. Arguments: `now`, `owner`, `areDeaths` (0 or 1).
    package static let reclaim = """
        UPDATE notifications SET \(ended), deaths = min(deaths + iif(locked_by <> :owner, :areDeaths, 0), 1000)
        WHERE status = 'processing' AND lock_expiry <= :now
        """

    /// Gives up what too many workers died with. Arguments: `now`, `deaths`, `error`.
    package static let bury = """
        UPDATE notifications INDEXED BY notifications_suspects SET status = 'dead', last_error = :error, updated_at = :now
        WHERE status = 'pending' AND deaths > 0 AND deaths >= :deaths
        RETURNING id, channel
        """

    /// Looks whether a suspect is due. Arguments: `now`.
    package static let hasSuspects = """
        SELECT 1 FROM notifications INDEXED BY notifications_suspects
        WHERE status = 'pending' AND deaths > 0 AND due_at <= :now LIMIT 1
        """

    /// Leases chosen rows. Each gets a token of its own, `base` + 1, + 2, … in their order. Arguments: `now`, `owner`, `expiry`, `base`,
    /// `places` (a JSON array of rows).
    ///
    /// The `+` keeps the planner from looking for the rows among all that is pending.
    package static let lease = """
        UPDATE notifications
        SET status = 'processing', locked_by = :owner, locked_at = :now, lock_expiry = :expiry,
            lock_token = :base + 1 + chosen.key, updated_at = :now
        FROM json_each(:places) AS chosen
        WHERE notifications.rowid = chosen.value AND +notifications.status = 'pending'
        RETURNING notifications.rowid AS place, id, user_id, channel, title, body, webhook_url, deliver_at, due_at, attempts,
            created_at, deaths, lock_token
        """

    /// Finds the suspect that is longest due. Arguments: `now`, `excluded` (a JSON array of destinations).
    package static let suspect = """
        SELECT rowid AS place FROM notifications INDEXED BY notifications_suspects
        WHERE status = 'pending' AND deaths > 0 AND due_at <= :now
            AND (destination IS NULL OR destination NOT IN (SELECT value FROM json_each(:excluded)))
        ORDER BY due_at, rowid LIMIT 1
        """

    /// Puts a row that this version cannot read aside. Arguments: `now`, `dueAt`, `place`.
    package static let park = """
        UPDATE notifications SET \(ended), due_at = :dueAt WHERE rowid = :place
        """

    /// Prolongs a lease that still holds. Arguments: `now`, `expiry`, `id`, `token`.
    package static let renew = """
        UPDATE notifications SET lock_expiry = :expiry, updated_at = :now
        WHERE id = :id AND lock_token = :token AND status = 'processing'
        """

    /// Gives a lease back. Arguments: `now`, `id`, `token`.
    package static let release = """
        UPDATE notifications SET \(ended), due_at = min(due_at, :now)
        WHERE id = :id AND lock_token = :token AND status = 'processing'
        """

    /// Gives back the leases of owners that begin with a text, compared as such: `_` and `%`, which a host's name may hold, are
    /// wildcards of LIKE. Arguments: `now`, `prefix`.
    package static let releaseAll = """
        UPDATE notifications SET \(ended), due_at = min(due_at, :now), deaths = min(deaths + 1, 1000)
        WHERE status = 'processing' AND substr(locked_by, 1, length(:prefix)) = :prefix
        """

    /// Gives a lease back until later, and takes a death back: its worker lives. Arguments: `now`, `dueAt`, `error`, `id`, `token`.
    package static let postpone = """
        UPDATE notifications SET \(ended), due_at = :dueAt, last_error = :error, deaths = max(deaths - 1, 0)
        WHERE id = :id AND lock_token = :token AND status = 'processing'
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
        SET status = :status, attempts = attempts + 1, deaths = 0, due_at = coalesce(:dueAt, due_at),
            last_error = coalesce(:error, last_error),
            locked_by = NULL, locked_at = NULL, lock_expiry = NULL, lock_token = NULL, updated_at = :now
        WHERE id = :id AND lock_token = :token AND status = 'processing'
        """
}
