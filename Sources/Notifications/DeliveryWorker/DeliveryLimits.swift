package import ApusLimits
import ApusMetrics
import NotificationMetrics

/// The bounds on what a receiver can make a worker do, and on what the worker keeps for it.
package enum DeliveryLimits: LimitCatalog {
    package static let title = "Receivers of webhooks"

    // The answer.
    package static let answerHead = Limit(
        ByteLimit.kibibytes(64), "bytes of an answer before its body", per: "attempt",
        metric: Notifications.refusedAnswers.name,
        remedy: "tell the receiver's operator: the notification's last error names the receiver's fault")
    package static let informationalHeads = Limit(
        8, "informational heads (1xx) before an answer", per: "attempt", metric: Notifications.refusedAnswers.name,
        remedy: "tell the receiver's operator: a webhook needs no answer but a final one")
    package static let answerBody = Limit(
        ByteLimit.kibibytes(64), "bytes of an answer's body that are read to use the connection again", per: "attempt",
        remedy: "none is needed: a longer body costs the receiver its connection, and nothing else")
    package static let answerBodyTime = Limit(
        Duration.seconds(2), "time that an answer's body is read for", per: "attempt",
        remedy: "none is needed: a slower body costs the receiver its connection, and nothing else")
    package static let retryAfter = Limit(
        ByteLimit(bytes: 64), "bytes of a date in an answer's Retry-After", per: "attempt",
        remedy: "none is needed: a longer one is no date, and the retry schedule decides")
    package static let drainedConnections = Limit(
        64, "connections on which the rest of an answer is awaited", per: "worker",
        remedy: "none is needed: one more is closed at once")
    package static let idleConnections = Limit(
        64, "idle connections to receivers", per: "worker", remedy: "none is needed: one more is closed at once")
    package static let idleTime = Limit(
        Duration.seconds(4), "time for which an idle connection is kept", per: "connection",
        remedy: "none is needed: servers close idle connections after five seconds and more")

    // Names.
    package static let lookups = Limit(
        32, "names that are looked up at a time, 24 of them that did not work before, 16 that were not answered", per: "worker",
        metric: Notifications.lookups.name,
        remedy:
            "look at the name server: notification_name_lookups_total with result=\"timeout\" counts what it does not answer")
    package static let waitingLookups = Limit(
        1_000, "names that wait for a look-up", per: "worker", metric: Notifications.lookups.name,
        remedy: "look at the name server; deliveries to further names are deferred, and lose no attempt")
    package static let lookupTime = Limit(
        Duration.seconds(5), "time that a delivery waits for a name", per: "attempt",
        metric: Notifications.deferrals.name,
        remedy: "look at the name server of the receiver's domain; the delivery is deferred, and loses no attempt")
    package static let names = Limit(
        4_096, "names whose addresses are kept", per: "worker", metric: Notifications.cachedNames.name,
        remedy: "none is needed: the name that was used the longest ago is looked up again")
    package static let addressAge = Limit(
        Duration.seconds(60), "time after which the addresses of a name are looked up again", per: "name",
        remedy: "none is needed: a receiver that moves is found again within that time")
    package static let staleAddressAge = Limit(
        Duration.seconds(600), "time for which addresses are used whose name server does not answer", per: "name",
        remedy: "none is needed: RFC 8767 recommends to serve stale data")
    package static let failureAge = Limit(
        Duration.seconds(30), "time after which a name that is unknown is looked up again", per: "name",
        remedy: "none is needed: a new name is found within that time")

    // The log.
    package static let lineTime = Limit(
        Duration.seconds(5), "time that a delivery by log waits for the journal to take its line", per: "attempt",
        metric: Notifications.failures.name, remedy: "look at systemd-journald; the delivery is tried again by the schedule")

    // Destinations.
    package static let destinations = Limit(
        1_024, "destinations whose state is kept", per: "worker", metric: Notifications.closedDestinations.name,
        remedy: "none is needed: the state that was used the longest ago is forgotten")
    package static let share = Limit(
        25, "percent of a worker's attempts under way to a destination that has not answered within a second",
        per: "destination",
        metric: Notifications.deferrals.name, remedy: "tell the receiver's operator: it is slow")
    package static let quickShare = Limit(
        75, "percent of a worker's attempts under way to a destination that answers within a second", per: "destination",
        metric: Notifications.deferrals.name, remedy: "add workers if the deliveries wait")
    package static let proof = Limit(
        Duration.seconds(600), "time for which a destination that has answered is taken to answer again", per: "destination",
        metric: Notifications.deferrals.name,
        remedy: "none is needed: the next attempt to it is a trial, and holds a place of those")
    package static let trialShare = Limit(
        75, "percent of a worker's places for attempts to destinations that have not answered lately", per: "worker",
        metric: Notifications.deferrals.name,
        remedy:
            "look at the log's line on what is deferred: it names the destination; what waits is tried user by user and site by site"
    )
    package static let unanswered = Limit(
        128, "attempts under way that have waited for more than a second for an answer, and hold no place", per: "worker",
        metric: Notifications.deferrals.name,
        remedy: "tell the receivers' operators that they are slow; more attempts that wait as long hold their places")
    package static let trialPause = Limit(
        Duration.seconds(300), "longest time that a trial is put off for at a time, because others come first",
        per: "notification", metric: Notifications.deferrals.name,
        remedy: "none is needed: what waits together is tried as fast as places are given back")
    package static let failures = Limit(
        3, "attempts in a row without an answer, after which a destination is closed", per: "destination",
        metric: Notifications.closedDestinations.name,
        remedy:
            "look at the last error of a notification: GET /notifications/{id}; what waits is delivered when the receiver is back"
    )
    package static let firstPause = Limit(
        Duration.seconds(5), "first time that a destination is closed for, twice as long each time", per: "destination",
        metric: Notifications.closedDestinations.name, remedy: "none is needed")
    package static let longestPause = Limit(
        Duration.seconds(300), "longest time that a destination is closed for", per: "destination",
        metric: Notifications.closedDestinations.name, remedy: "none is needed: one attempt then tries whether it is back")
    package static let deferral = Limit(
        Duration.seconds(24 * 3600), "time after which a deferred notification is attempted all the same", per: "notification",
        metric: Notifications.failures.name,
        remedy: "tell the receiver's operator; the retry schedule then ends the notification")

    package static let all: [any AnyLimit] = [
        answerHead, informationalHeads, answerBody, answerBodyTime, retryAfter, drainedConnections, idleConnections, idleTime,
        lookups,
        waitingLookups, lookupTime, names, addressAge, staleAddressAge, failureAge, lineTime, destinations, share, quickShare,
        proof, trialShare, unanswered, trialPause, failures,
        firstPause, longestPause, deferral,
    ]
}
