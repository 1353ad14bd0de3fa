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
        remedy: "set it to 0s to keep them for ever, and watch \(Notifications.storeBytes.family.name)")
    package static let dead = Limit(
        Duration.seconds(30 * 86_400), "time for which dead notifications are kept", per: "store",
        option: "apus worker --keep-dead", metric: Notifications.removed.family.name,
        remedy: "set it to 0s to keep them for ever, and watch \(Notifications.storeBytes.family.name)")
    package static let batch = Limit(
        500, "rows that are removed in one transaction", per: "store", metric: Notifications.removed.family.name,
        remedy: "nothing: the rest follows in the next ones, and others write in between")

    package static let all: [any AnyLimit] = [writeAheadLog, freeSpace, delivered, dead, batch]
}
