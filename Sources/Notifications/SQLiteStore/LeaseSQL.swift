/// The statements of leases, each of which finds its rows by an index; their query plans prove it.
package enum LeaseSQL {
    /// What becomes of a row whose lease ends without an outcome.
    private static let ended =
        "status = 'pending', locked_by = NULL, locked_at = NULL, lock_expiry = NULL, lock_token = NULL, updated_at = :now"

    /// Takes expired leases back into the queue, at their old places, each as a death of its worker. Arguments: `now`.
    package static let reclaim = """
        UPDATE notifications SET \(ended), deaths = deaths + 1
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

    /// Leases candidates, the longest due first and, of the same moment, the first stored first. Each gets a token of its own,
    /// `base` + 1, + 2, … in that order. Arguments: `now`, `owner`, `expiry`, `base`, and those of the candidates.
    private static func lease(_ candidates: String, prefix: String = "WITH") -> String {
        """
        \(prefix) due AS (
            SELECT place, row_number() OVER (ORDER BY due_at, place) AS number
            FROM (
                \(candidates)
            )
        )
        UPDATE notifications
        SET status = 'processing', locked_by = :owner, locked_at = :now, lock_expiry = :expiry,
            lock_token = :base + due.number, updated_at = :now
        FROM due
        WHERE notifications.rowid = due.place AND notifications.status = 'pending'
        RETURNING notifications.rowid AS place, id, user_id, channel, title, body, webhook_url, deliver_at, due_at, attempts,
            created_at, deaths, lock_token
        """
    }

    private static let isOpen = "(destination IS NULL OR destination NOT IN (SELECT value FROM json_each(:excluded)))"

    /// Leases what is due and no suspect, among the `window` rows that are longest due. Arguments: `now`, `limit`, `owner`, `expiry`,
    /// `base`, `excluded` (a JSON array of destinations), `window`.
    ///
    /// Limits stand inside of the numbering, which would else number all that is due.
    package static let claim = lease(
        """
        SELECT place, due_at FROM (
            SELECT rowid AS place, due_at, destination, deaths FROM notifications
            WHERE status = 'pending' AND due_at <= :now
            ORDER BY due_at, rowid LIMIT :window
        )
        WHERE deaths = 0 AND \(isOpen) LIMIT :limit
        """)

    /// Leases the suspect that is longest due. Arguments as of ``claim``, without `window`.
    package static let claimSuspect = lease(
        """
        SELECT rowid AS place, due_at FROM notifications
        WHERE status = 'pending' AND deaths > 0 AND due_at <= :now AND \(isOpen)
        ORDER BY due_at, rowid LIMIT :limit
        """)

    /// Leases what is due and no suspect, destination by destination: when all of a window waits for closed destinations, whatever is
    /// behind it is found without reading them. Arguments as of ``claim``, with `destinations` in place of `window`.
    package static let claimBehind = lease(
        """
        SELECT place, due_at FROM (
            SELECT rowid AS place, due_at FROM notifications
            WHERE status = 'pending' AND destination IS NULL AND due_at <= :now AND deaths = 0
            UNION ALL
            SELECT n.rowid AS place, n.due_at FROM known JOIN notifications n
            ON n.status = 'pending' AND n.destination = known.destination AND n.due_at <= :now AND n.deaths = 0
            WHERE known.destination NOT IN (SELECT value FROM json_each(:excluded))
        )
        ORDER BY due_at, place LIMIT :limit
        """,
        prefix: """
            WITH RECURSIVE known (destination) AS (
                SELECT min(destination) FROM notifications WHERE status = 'pending' AND destination IS NOT NULL
                UNION ALL
                SELECT (SELECT min(n.destination) FROM notifications n WHERE n.status = 'pending' AND n.destination > known.destination)
                FROM known WHERE known.destination IS NOT NULL LIMIT :destinations
            ),
            """)

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
        UPDATE notifications SET \(ended), due_at = min(due_at, :now), deaths = deaths + 1
        WHERE status = 'processing' AND substr(locked_by, 1, length(:prefix)) = :prefix
        """

    /// Gives a lease back until later. Arguments: `now`, `dueAt`, `error`, `id`, `token`.
    package static let postpone = """
        UPDATE notifications SET \(ended), due_at = :dueAt, last_error = :error
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
