package import ApusLimits

/// The bounds on what one notification may do to the workers that hold it.
///
/// The metrics that count them are declared on a floor above, and named in the remedies.
package enum LeaseLimits: LimitCatalog {
    package static let title = "Notifications in the queue"
    package static let deaths = Limit(
        3, "deaths of workers with a lease on it, in a row", per: "notification",
        remedy: "read the crash in the worker's log, and enqueue the notification again when its cause is mended; "
            + "notifications_dead_total counts it")
    package static let unreadablePause = Limit(
        Duration.seconds(60), "time for which a row that this version cannot read is passed over", per: "notification",
        remedy: "upgrade this worker to the version that wrote the row; the log names the row and the column, and "
            + "notifications_unreadable_total counts it")
    package static let users = Limit(
        200, "users among whom a claim is shared", per: "claim",
        remedy: "none is needed: whoever was served the longest ago comes first in the next claim")
    package static let rounds = Limit(
        20, "rounds in which a claim looks for users with something due", per: "claim",
        remedy: "none is needed: the next claim goes on")
    package static let window = Limit(
        5_000, "due rows that a claim looks at before it looks at each destination on its own", per: "claim",
        remedy: "none is needed: a claim takes a few milliseconds longer while that many wait for closed destinations")
    package static let userWindow = Limit(
        250, "due rows of one user that a claim looks at for one that goes to no closed destination", per: "user",
        remedy: "none is needed: what is behind them is found by its destination")
    package static let destinations = Limit(
        10_000, "destinations that such a claim looks at", per: "claim",
        remedy: "find out why so many destinations do not answer: notification_destinations_closed")
    package static let all: [any AnyLimit] = [
        deaths, unreadablePause, users, rounds, window, userWindow, destinations,
    ]
}
