package import ApusLimits
import ApusMetrics
import NotificationMetrics

/// What the store keeps, and for how long.
package enum StoreLimits: LimitCatalog {
    package static let title = "The store"

    package static let writeAheadLog = Limit(
        ByteLimit.mebibytes(16), "bytes of the write-ahead log, past which it is written back and cut", per: "store",
        metric: Notifications.logBytes.family.name,
        remedy: "where it stays larger, a reader stays open: find it with fuser on the -wal file, and end its transaction")
    package static let freeSpace = Limit(
        ByteLimit.mebibytes(4), "bytes free on the store's disk, below which the store is not ready", per: "store",
        remedy: "free space on the disk")
    package static let delivered = Limit(
        Duration.seconds(7 * 86_400), "time for which delivered notifications are kept", per: "store",
        option: "apus worker --keep-delivered", metric: Notifications.removed.family.name,
        remedy:
            "half as long each minute while the disk is nearly full; set it to 0s to keep them for ever, and watch \(Notifications.storeBytes.family.name)"
    )
    package static let deliveredLeast = Limit(
        Duration.seconds(3600), "time for which delivered notifications are kept in any case, however full the disk is",
        per: "store", metric: Notifications.removed.family.name,
        remedy: "free space on the disk, or give the store a larger one")
    package static let dead = Limit(
        Duration.seconds(30 * 86_400), "time for which dead notifications are kept", per: "store",
        option: "apus worker --keep-dead", metric: Notifications.removed.family.name,
        remedy: "set it to 0s to keep them for ever, and watch \(Notifications.storeBytes.family.name)")
    package static let batch = Limit(
        500, "rows that are removed in one transaction", per: "store", metric: Notifications.removed.family.name,
        remedy: "nothing: the rest follows in the next ones, and others write in between")
    private static let refusals = Notifications.refused.family.name
    package static let waiting = Limit(
        1_000_000, "notifications that wait, scheduled ones included; answered with 503 past them", per: "store",
        option: "apus api --queue-limit", metric: refusals,
        remedy: "see why they wait: workers, receivers that do not answer; add workers, or raise it where the disk has room")
    package static let userWaiting = Limit(
        100_000, "notifications of one user that wait; answered with 429 past them", per: "user",
        option: "apus api --user-queue-limit", metric: refusals,
        remedy: "find the client by the user in the log's line; others are not concerned")
    package static let userBytes = Limit(
        ByteLimit.mebibytes(256),
        "bytes of texts of one user that wait, and no more than the disk has left for others; answered with 429 past them",
        per: "user", metric: refusals, remedy: "find the client by the user in the log's line; others are not concerned")
    package static let reserve = Limit(
        ByteLimit.mebibytes(32), "bytes of the disk that are kept for outcomes; what is enqueued is answered with 507",
        per: "store", metric: refusals, remedy: "free space on the disk; what waits is delivered meanwhile")
    package static let outcome = Limit(
        ByteLimit(bytes: 512), "bytes of the disk that are kept besides for the outcome of each that waits",
        per: "notification", metric: refusals, remedy: "free space on the disk; what waits is delivered meanwhile")

    package static let all: [any AnyLimit] = [
        writeAheadLog, freeSpace, delivered, deliveredLeast, dead, batch, waiting, userWaiting, userBytes, reserve, outcome,
    ]
}
