package import AgentMetrics
package import ApusMetrics
package import NotificationStore

/// The life of notifications, from the API to the receiver.
package enum Notifications {
    package static let enqueued = Counter<ChannelLabels>(
        "notifications_enqueued_total", "Notifications that the store accepted, by channel.")
    package static let refused = Counter<BudgetLabels>(
        "notifications_refused_total",
        "Notifications that were not accepted because too much waits, by whose budget is used up.")
    package static let claimed = Counter<NoLabels>("notifications_claimed_total", "Leases taken on notifications.")
    package static let delivered = Counter<ChannelLabels>(
        "notifications_delivered_total", "Notifications delivered and recorded as such, by channel.")
    package static let failures = Counter<DeliveryFailureLabels>(
        "notification_delivery_failures_total", "Attempts to deliver that failed, by channel and class of the failure.")
    package static let dead = Counter<ChannelLabels>(
        "notifications_dead_total", "Notifications given up, by channel.")
    package static let released = Counter<NoLabels>(
        "notification_leases_released_total", "Leases given back without an attempt.")
    package static let lostLeases = Counter<NoLabels>(
        "notification_leases_lost_total", "Outcomes refused because the lease had passed to another worker.")
    package static let reclaimed = Counter<NoLabels>(
        "notification_leases_reclaimed_total", "Expired leases of other workers that were taken back into the queue.")
    package static let deferrals = Counter<DeferralLabels>(
        "notification_delivery_deferrals_total", "Notifications given back until later without an attempt, by reason.")
    package static let closedDestinations = Gauge<NoLabels>(
        "notification_destinations_closed", "Destinations that are left alone for a while because they do not answer.")
    package static let refusedAnswers = Counter<NoLabels>(
        "notification_refused_answers_total", "Answers of receivers that are no HTTP or go over a limit.")
    package static let repeatedRequests = Counter<NoLabels>(
        "notification_repeated_requests_total",
        "Requests sent again at once, because the receiver had closed the connection that was kept.")
    package static let lookups = Counter<LookupLabels>(
        "notification_name_lookups_total", "Look-ups of receivers' names, by what came of them.")
    package static let cachedNames = Gauge<NoLabels>(
        "notification_names_cached", "Names of receivers whose addresses, or the lack of them, are kept.")
    package static let unreadable = Counter<NoLabels>(
        "notifications_unreadable_total", "Rows of the queue that were passed over, because this version cannot read them.")
    package static let attemptDuration = Histogram<ChannelLabels>(
        "notification_delivery_duration_seconds", "Time of one attempt to deliver, by channel.")
    package static let pickupDelay = Histogram<NoLabels>(
        "notification_pickup_delay_seconds", "Time from the moment a notification was due to its lease.",
        buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300])

    package static let removed = Counter<NoLabels>(
        "notifications_removed_total", "Delivered and dead notifications removed after the time for which they are kept.")
    package static let storeBytes = Gauge<NoLabels>(
        "notification_store_bytes", "Size of the store's data, without its write-ahead log.")
    package static let logBytes = Gauge<NoLabels>(
        "notification_store_wal_bytes", "Size of the store's write-ahead log.")

    /// Every family that is the platform's own; what it records besides (its queue, its pool, its HTTP server) any service can.
    package static let families = [
        enqueued.family, refused.family, claimed.family, delivered.family, failures.family, dead.family, released.family,
        lostLeases.family,
        reclaimed.family, deferrals.family, closedDestinations.family, refusedAnswers.family, repeatedRequests.family,
        lookups.family, cachedNames.family, unreadable.family, attemptDuration.family, pickupDelay.family, removed.family,
        storeBytes.family, logBytes.family,
        Contract.queueDepth.family,
    ]
}

extension Contract {
    /// The depth of the queue under the name of the original system. Standard: ``Queue/depth``.
    package static let queueDepth = Gauge<QueueStateLabels>(
        "notification_queue_depth", "Notifications waiting in the store, by state.")
}

/// The channel that a notification is delivered over.
package struct ChannelLabels: EnumerableLabels {
    package enum Key: String, LabelKey { case channel }
    package static var allCases: [Self] { Channel.allCases.map { Self(channel: $0) } }
    package let channel: Channel
    package init(channel: Channel) { self.channel = channel }
    package subscript(key: Key) -> String { channel.rawValue }
}

/// Whose budget is used up when a notification is not accepted.
package enum RefusedBudget: String, CaseIterable, Sendable {
    /// The share of one user, who has too much in the queue.
    case user
    /// The whole queue.
    case queue
    /// The disk, whose last bytes are kept for outcomes.
    case disk
}

/// Whose budget is used up, as a label.
package struct BudgetLabels: EnumerableLabels {
    package enum Key: String, LabelKey { case budget }
    package static var allCases: [Self] { RefusedBudget.allCases.map { Self(budget: $0) } }
    package let budget: RefusedBudget
    package init(budget: RefusedBudget) { self.budget = budget }
    package subscript(key: Key) -> String { budget.rawValue }
}

/// What a failed attempt means for the next one.
package enum FailureClass: String, CaseIterable, Sendable {
    /// No attempt will ever succeed, so that there are no more.
    case permanent
    /// A later attempt may succeed: the retry schedule says when it is made.
    case transient
    /// The receiver asked for patience.
    case throttled
}

/// The channel of a failed attempt and the class of its failure.
package struct DeliveryFailureLabels: EnumerableLabels {
    package enum Key: String, LabelKey { case channel, reason }
    package static var allCases: [Self] {
        Channel.allCases.flatMap { channel in FailureClass.allCases.map { Self(channel: channel, reason: $0) } }
    }
    package let channel: Channel
    package let reason: FailureClass
    package init(channel: Channel, reason: FailureClass) {
        self.channel = channel
        self.reason = reason
    }
    package subscript(key: Key) -> String {
        switch key {
        case .channel: channel.rawValue
        case .reason: reason.rawValue
        }
    }
}

/// Why a notification is given back until later.
package enum DeferralReason: String, CaseIterable, Sendable {
    /// Its destination does not answer.
    case closed
    /// No more attempts to its destination may be under way than are.
    case full
    /// The name of its destination cannot be looked up as yet.
    case name
    /// The worker itself could not connect: no descriptors, no memory, no ports, no network.
    case worker
}

/// The reason of a deferral.
package struct DeferralLabels: EnumerableLabels {
    package enum Key: String, LabelKey { case reason }
    package static var allCases: [Self] { DeferralReason.allCases.map { Self(reason: $0) } }
    package let reason: DeferralReason
    package init(reason: DeferralReason) { self.reason = reason }
    package subscript(key: Key) -> String { reason.rawValue }
}

/// What came of looking a name up.
package enum LookupResult: String, CaseIterable, Sendable {
    case found
    /// There is no such name, or it has no address.
    case unknown
    /// The name servers say that they cannot tell.
    case failed
    /// A delivery waited in vain.
    case timeout
    /// No more names may wait than wait already.
    case refused
}

/// What came of looking a name up, as a label.
package struct LookupLabels: EnumerableLabels {
    package enum Key: String, LabelKey { case result }
    package static var allCases: [Self] { LookupResult.allCases.map { Self(result: $0) } }
    package let result: LookupResult
    package init(result: LookupResult) { self.result = result }
    package subscript(key: Key) -> String { result.rawValue }
}
