/// What a worker asks of a claim.
package struct ClaimRequest: Hashable, Sendable {
    /// Which notifications may be claimed.
    package enum Kind: Hashable, Sendable {
        /// Those whose workers have not died since their last outcome.
        case ordinary
        /// The longest due of those whose workers have died, to be tried while its worker does nothing else.
        case suspect
    }

    /// The maximum number of notifications; a suspect comes alone, whatever it says.
    package var limit: Int
    package var owner: String
    package var lease: Duration
    package var kind: Kind
    /// The destinations that are passed over.
    package var excluded: [Destination]
    /// Whether the store has refused requests since the last claim, so that an expired lease tells nothing of its worker.
    package var isAfterOutage: Bool

    package init(
        limit: Int, owner: String, lease: Duration, kind: Kind = .ordinary, excluding excluded: [Destination] = [],
        isAfterOutage: Bool = false
    ) {
        self.limit = limit
        self.owner = owner
        self.lease = lease
        self.kind = kind
        self.excluded = excluded
        self.isAfterOutage = isAfterOutage
    }
}

extension NotificationStore {
    /// Leases up to `limit` notifications that are due and no suspects, wherever they go.
    package func claim(limit: Int, owner: String, lease: Duration) async throws(StoreError) -> Claim {
        try await claim(ClaimRequest(limit: limit, owner: owner, lease: lease))
    }
}
