package import ApusLimits

/// The bounds on what one notification may do to the workers that hold it.
package enum LeaseLimits: LimitCatalog {
    package static let title = "Notifications in the queue"
    package static let deaths = Limit(
        3, "deaths of workers with a lease on it, in a row", per: "notification", metric: "notifications_dead_total",
        remedy: "read the crash in the worker's log; enqueue the notification again when its cause is mended")
    package static let unreadablePause = Limit(
        Duration.seconds(60), "time for which a row that this version cannot read is passed over", per: "notification",
        metric: "notifications_unreadable_total",
        remedy: "upgrade this worker to the version that wrote the row; the log names the row and the column")
    package static let window = Limit(
        5_000, "due rows that a claim looks at before it looks at each destination on its own", per: "claim",
        remedy: "none is needed: a claim takes a few milliseconds longer while that many wait for closed destinations")
    package static let destinations = Limit(
        10_000, "destinations that such a claim looks at", per: "claim",
        remedy: "find out why so many destinations do not answer: notification_destinations_closed")
    package static let all: [any AnyLimit] = [deaths, unreadablePause, window, destinations]
}
