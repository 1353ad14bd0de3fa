/// What one claim took.
package struct Claim: Hashable, Sendable {
    /// The notifications that are now the claimer's, the longest due first.
    package var notifications: [ClaimedNotification]
    /// Leases of others that had expired and were taken back into the queue by this claim.
    package var reclaimed: Int

    package init(notifications: [ClaimedNotification], reclaimed: Int) {
        self.notifications = notifications
        self.reclaimed = reclaimed
    }
}
