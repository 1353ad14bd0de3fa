import ApusLimits
import CoreMetrics
import EventCatalog
import Logging
import NotificationStore

// Each request counts what the store has committed, and nothing else; none throws, because a store that fails is asked again.
extension WorkerLoop {
    func claim(limit: Int, excluding excluded: [Destination], isSuspect: Bool) async -> WorkerEvent {
        let sent = ContinuousClock.now
        let request = ClaimRequest(
            limit: limit, owner: owner, lease: configuration.lease, kind: isSuspect ? .suspect : .ordinary,
            excluding: excluded, isAfterOutage: pulse.isFailing)
        do throws(StoreError) {
            let claim = try await store.claim(request)
            metrics.count(claim)
            pulse.storeFails(false)
            tell(claim)
            return .claimed(
                claim.notifications, sent: sent, unreadable: claim.unreadable.count, hasSuspects: claim.hasSuspects)
        } catch {
            tell(error, doing: "claim")
            return .claimFailed
        }
    }

    private func tell(_ claim: Claim) {
        if claim.reclaimed > 0, let omitted = lines.admit(.expired) {
            logger.warning(
                "took expired leases back into the queue",
                metadata: ["leases": "\(claim.reclaimed)", "omitted": "\(omitted)"])
        }
        for buried in claim.buried {
            guard let omitted = lines.admit(.buried) else { continue }
            logger.error(
                "a notification is given up: its workers died, one after the other; their logs tell of what",
                metadata: ["id": "\(buried.id)", "deaths": "\(LeaseLimits.deaths.value)", "omitted": "\(omitted)"])
        }
        for notification in claim.notifications where notification.deaths > 0 {
            guard let omitted = lines.admit(.suspect) else { continue }
            logger.notice(
                "a notification whose workers died is tried alone",
                metadata: [
                    "id": "\(notification.notification.id)", "deaths": "\(notification.deaths)", "omitted": "\(omitted)",
                ])
        }
        if let row = claim.unreadable.first, let omitted = lines.admit(.unreadable) {
            logger.warning(
                "rows are passed over that this version cannot read; run the version that wrote them",
                metadata: ["rows": "\(claim.unreadable.count)", "first": "\(row)", "omitted": "\(omitted)"])
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
        if let destination = attempt.held.destination { metadata["destination"] = "\(destination)" }
        guard !isLost else {
            metrics.lostLeases.increment()
            guard let omitted = lines.admit(.lost) else { return }
            metadata["omitted"] = "\(omitted)"
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
            guard let omitted = failures.admit(attempt.held.destination?.site) else { break }
            metadata.merge(["error": "\(error)", "omitted": "\(omitted)"]) { $1 }
            logger.info("an attempt failed; another follows", metadata: metadata)
        case .deferred(let pause, let reason):
            metadata["reason"] = "\(reason)"
            metadata["pause"] = "\(pause)"
            logger.debug("a notification is deferred", metadata: metadata)
            if let destination = attempt.held.destination, let omitted = deferrals.admit(destination.site) {
                logger.notice(
                    "deliveries to a destination are deferred; no attempt is counted",
                    metadata: ["destination": "\(destination)", "reason": "\(reason)", "omitted": "\(omitted)"])
            }
        case .dead(let error):
            guard let omitted = burials.admit(attempt.held.destination?.site) else { break }
            metadata.merge(["error": "\(error)", "omitted": "\(omitted)"]) { $1 }
            logger.warning("a notification is given up", metadata: metadata)
        }
    }

    private func tell(_ error: StoreError, doing request: String) {
        pulse.storeFails(true)
        guard let omitted = lines.admit(.store(request)) else { return }
        logger.warning(
            "the store failed; it is asked again",
            metadata: CataloguedEvent.storeUnreachable.metadata([
                "request": "\(request)", "error": "\(error)", "omitted": "\(omitted)",
            ]))
    }
}
