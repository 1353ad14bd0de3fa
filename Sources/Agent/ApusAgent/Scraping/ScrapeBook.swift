package import AgentMetrics
package import ApusMetrics
import Synchronization

/// How the last attempt at a page went, and how many have failed.
package struct ScrapeOutcome: Sendable, Equatable {
    /// `nil` before the first attempt.
    package var isUp: Bool?
    /// Seconds.
    package var duration: Double?
    /// `nil` while it is not there.
    package var samples: Int?
    /// Series that were left out of pages so far.
    package var leftOut: [LeftOutReason: UInt64] = [:]
    package var failures: [ScrapeFailure: UInt64] = [:]

    package init() {}
}

/// The outcomes of all pages, by their instances.
package final class ScrapeBook: Sendable {
    private let outcomes = Mutex<[InstanceIdentity: ScrapeOutcome]>([:])

    /// `nil` of an instance without a page.
    package func outcome(of identity: InstanceIdentity) -> ScrapeOutcome? { outcomes.withLock { $0[identity] } }

    /// Keeps the outcomes of these pages, with none yet for new ones, and forgets all others.
    package func keep(_ identities: Set<InstanceIdentity>) {
        outcomes.withLock { outcomes in
            outcomes = outcomes.filter { identities.contains($0.key) }
            for identity in identities where outcomes[identity] == nil { outcomes[identity] = ScrapeOutcome() }
        }
    }

    /// Changes the outcome of a page that is kept.
    package func note(_ identity: InstanceIdentity, _ change: (inout ScrapeOutcome) -> Void) {
        outcomes.withLock { outcomes in
            guard var outcome = outcomes[identity] else { return }
            change(&outcome)
            outcomes[identity] = outcome
        }
    }
}
