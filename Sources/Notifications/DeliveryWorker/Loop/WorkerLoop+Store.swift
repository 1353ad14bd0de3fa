import CoreMetrics
import EventCatalog
import Logging
import NotificationStore

// Each request counts what the store has committed, and nothing else; none throws, because a store that fails is asked again.
extension WorkerLoop {
    func claim(limit: Int) async -> WorkerEvent {
        let sent = ContinuousClock.now
        do throws(StoreError) {
            let claim = try await store.claim(limit: limit, owner: owner, lease: configuration.lease)
            metrics.count(claim)
            pulse.storeFails(false)
            if claim.reclaimed > 0 {
                logger.warning(
                    "took expired leases of other workers back into the queue", metadata: ["leases": "\(claim.reclaimed)"])
            }
            return .claimed(claim.notifications, sent: sent)
        } catch {
            tell(error, doing: "claim")
            return .claimFailed
        }
    }

    func record(_ batch: [FinishedAttempt]) async -> WorkerEvent {
        do throws(StoreError) {
            let lost = Set(
                try await store.record(
                    batch.map { attempt in
                        var outcome = attempt.outcome
                        outcome.lease = attempt.held.lease
                        return outcome
                    }))
            for attempt in batch { tell(attempt, isLost: lost.contains(attempt.notification)) }
            return .recorded
        } catch {
            tell(error, doing: "record")
            return .recordFailed
        }
    }

    func renew(_ leases: [Lease]) async -> WorkerEvent {
        let sent = ContinuousClock.now
        do throws(StoreError) {
            return .renewed(try await store.renew(leases, for: configuration.lease), sent: sent)
        } catch {
            tell(error, doing: "renew")
            return .renewFailed
        }
    }

    func release(_ leases: [Lease]) async -> WorkerEvent {
        do throws(StoreError) {
            let count = try await store.release(leases)
            metrics.released.increment(by: count)
            logger.info("gave leases back", metadata: ["leases": "\(count)"])
            return .released
        } catch {
            tell(error, doing: "release")
            return .releaseFailed
        }
    }

    private func tell(_ attempt: FinishedAttempt, isLost: Bool) {
        let channel = attempt.held.claimed.notification.channel
        var metadata: Logger.Metadata = [
            "id": "\(attempt.notification)", "channel": "\(channel.rawValue)",
            "attempt": "\(attempt.held.claimed.attempts + 1)",
        ]
        guard !isLost else {
            metrics.lostLeases.increment()
            logger.warning(
                "an outcome was refused: the lease had passed", metadata: CataloguedEvent.leaseLost.metadata(metadata))
            return
        }
        metrics.count(attempt)
        switch attempt.outcome.result {
        case .delivered:
            pulse.countDelivery()
            logger.debug("delivered", metadata: metadata)
        case .retry(_, let error):
            metadata["error"] = "\(error)"
            logger.info("an attempt failed; another follows", metadata: metadata)
        case .dead(let error):
            metadata["error"] = "\(error)"
            logger.warning("a notification is given up", metadata: metadata)
        }
    }

    private func tell(_ error: StoreError, doing request: String) {
        pulse.storeFails(true)
        logger.warning(
            "the store failed; it is asked again",
            metadata: CataloguedEvent.storeUnreachable.metadata(["request": "\(request)", "error": "\(error)"]))
    }
}
