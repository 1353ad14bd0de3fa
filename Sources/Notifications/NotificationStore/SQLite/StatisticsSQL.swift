/// The statements of statistics. None looks at what is delivered or dead, which only grows.
package enum StatisticsSQL {
    /// Arguments: `now`.
    package static let queueDepth = """
        SELECT
            (SELECT count(*) FROM notifications WHERE status = 'pending' AND due_at <= :now) AS due,
            (SELECT count(*) FROM notifications WHERE status = 'pending' AND due_at > :now) AS scheduled,
            (SELECT count(*) FROM notifications WHERE status = 'processing' AND lock_expiry > :now) AS locked,
            (SELECT count(*) FROM notifications WHERE status = 'processing' AND lock_expiry <= :now) AS expired,
            (SELECT min(due_at) FROM notifications WHERE status = 'pending' AND due_at <= :now) AS oldest_due,
            (SELECT min(due_at) FROM notifications WHERE status = 'processing' AND lock_expiry <= :now) AS oldest_expired
        """

    package static let counts = """
        SELECT
            (SELECT count(*) FROM notifications WHERE status = 'pending') AS pending,
            (SELECT count(*) FROM notifications WHERE status = 'processing') AS processing,
            (SELECT value FROM counters WHERE name = 'delivered') AS delivered,
            (SELECT value FROM counters WHERE name = 'dead') AS dead,
            (SELECT value FROM counters WHERE name = 'attempts') AS attempts
        """
}
