/// Notifications, their leases and the log of their attempts: the truth of the platform.
///
/// Leases are fenced: what is recorded, renewed or released under a lease counts only while the notification is `processing` with
/// the same token. All times of leases are taken from the store's clock. Every store keeps the promises of one conformance suite
/// (`Tests/Support/StoreConformance`).
package protocol NotificationStore: Sendable {
    /// Stores notifications, all or none, and with them the key, when there is one.
    func enqueue(_ notifications: [NewNotification], idempotency: IdempotencyKey?) async throws(StoreError) -> EnqueueResult

    /// Reads a notification; nil when there is none with the id.
    func notification(_ id: NotificationID) async throws(StoreError) -> NotificationRecord?

    /// Leases notifications that are due, the longest due first, in one conditional update.
    ///
    /// Leases that have expired go back into the queue first, each as a death of its worker; not those of the one who asks, which lives,
    /// and none when the store was out, so that nobody could renew them. A notification with
    /// ``LeaseLimits/deaths`` of them is given up. A row that this version cannot read is put aside alone.
    func claim(_ request: ClaimRequest) async throws(StoreError) -> Claim

    /// Records how attempts ended and ends their leases, in one transaction; each attempt is logged, and clears the deaths before it. A
    /// deferral takes one death back.
    ///
    /// - Returns: the notifications whose lease had passed: nothing was recorded of them.
    func record(_ outcomes: [AttemptOutcome]) async throws(StoreError) -> [NotificationID]

    /// Prolongs leases to a full duration from now.
    ///
    /// - Returns: the leases as they are now; those that had passed are missing.
    func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [Lease]

    /// Gives leases back; no attempt and no death is counted, and the notifications are due at once.
    ///
    /// - Returns: how many were still held.
    func release(_ leases: [Lease]) async throws(StoreError) -> Int

    /// Gives back all leases of the owners whose id begins with a text, each as a death of its worker.
    ///
    /// - Returns: how many there were.
    func releaseAll(ownerPrefix: String) async throws(StoreError) -> Int

    /// Counts the queue by what its entries wait for.
    func queueDepth() async throws(StoreError) -> QueueDepth

    /// Counts everything that the store holds.
    func counts() async throws(StoreError) -> StoreCounts

    /// Asks whether the store takes writes, by the least of them: a full disk, a lock and a lost file are told as errors.
    func ping() async throws(StoreError)

    /// Takes a turn at removing what has left the queue: one process of all does so at a time.
    ///
    /// - Parameter interval: the time after another's last step before which there is no turn.
    /// - Returns: whether this process has the turn.
    func beginRemoval(every interval: Duration) async throws(StoreError) -> Bool

    /// Removes what has left the queue long enough ago, from one window of rows, so that nobody waits for long. A window that holds
    /// nothing of the kind is only read.
    ///
    /// - Parameters:
    ///   - place: where the window begins; 0 at first, then where the last step says.
    ///   - limit: rows of the window.
    func removeEnded(_ retention: Retention, from place: Int64, limit: Int) async throws(StoreError) -> Removal

    /// Writes the write-ahead log back into the data and cuts it, when it is larger than so many bytes and nobody reads.
    ///
    /// - Returns: what the store takes afterwards.
    func tidy(largestLog: Int) async throws(StoreError) -> StoreUsage

    /// The connections of this process; asked often, so that it must not wait.
    var connections: ConnectionCounts { get }

    /// Tells an observer, from now on and instead of the last one, how long each operation waited for a connection.
    ///
    /// - Parameter observer: called on the connection, which it must not keep.
    func observeWaits(_ observer: @escaping @Sendable (Duration) -> Void)

    /// Finishes what runs and closes all connections; the store answers ``StoreError/failed(operation:reason:)`` afterwards.
    func close() async
}
