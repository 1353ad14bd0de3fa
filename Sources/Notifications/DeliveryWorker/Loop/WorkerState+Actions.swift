import ApusThreads
package import NotificationStore

extension WorkerState {
    /// Says what is to be done now, and takes that for begun.
    package mutating func actions(at now: ContinuousClock.Instant) -> [WorkerAction] {
        var actions: [WorkerAction] = []
        if let stopDeadline {
            // A claim that was under way at the stop.
            returning += waiting.map(\.lease)
            waiting = []
            if now >= stopDeadline, !running.isEmpty, !hasInterrupted {
                hasInterrupted = true
                actions.append(.interruptAttempts)
            }
        }
        places.release(at: now)
        actions += beginAttempts(at: now)
        deferClosed(at: now)
        prepareForSuspect()
        if !forgotten.isEmpty {
            actions.append(.forget(forgotten))
            forgotten = []
        }
        guard store.allows(now) else { return actions }
        if mustRecord(at: now) { actions.append(record(at: now)) }
        if !returning.isEmpty, releasing.isEmpty {
            releasing = returning
            returning = []
            actions.append(.release(releasing))
        }
        if let action = renew(at: now) { actions.append(action) }
        if let claim = claim(at: now) { actions.append(claim) }
        return actions
    }

    /// Says when there may be something to do without an event; nil when there will not.
    package func wake(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        var moments: [ContinuousClock.Instant?] = [writeDeadline]
        if !running.isEmpty, !hasInterrupted { moments.append(stopDeadline) }
        if !waiting.isEmpty || !places.hasPlace() { moments.append(places.nextRelease) }
        moments += waiting.filter { !renewing.contains($0.token) }.map(\.clock.deadline)
        // The requests to the store, none of them before it may be asked again.
        var requests: [ContinuousClock.Instant?] = []
        if recording.isEmpty, !finished.isEmpty { requests.append(flushAt) }
        if renewing.isEmpty { requests.append(renewable.map(\.clock.renewal).min()) }
        if canClaim(at: now) { requests.append(nextClaim) }
        if let retryAt = store.retryAt {
            moments += requests.map { $0.map { max($0, retryAt) } }
            moments.append(retryAt)
        } else {
            moments += requests
        }
        return moments.compactMap { $0 }.filter { $0 > now }.min()
    }

    private mutating func beginAttempts(at now: ContinuousClock.Instant) -> [WorkerAction] {
        func hasPassed(_ held: HeldNotification) -> Bool { !held.clock.isHeld(at: now) && !renewing.contains(held.token) }
        forgotten += waiting.filter(hasPassed)
        waiting.removeAll(where: hasPassed)
        var actions: [WorkerAction] = []
        while let index = nextAttempt(at: now) {
            let held = waiting.remove(at: index)
            running[held.token] = held
            places.begin(held.token, groups(of: held), isTrial: isTrial(held, at: now), at: now)
            if let destination = held.destination { gate.begin(destination, at: now) }
            actions.append(.attempt(held))
        }
        return actions
    }

    /// The first that may be attempted; of trials, that whose user and site have the least under way.
    private func nextAttempt(at now: ContinuousClock.Instant) -> Int? {
        guard places.hasPlace() else { return nil }
        var best: (index: Int, load: Int)?
        for (index, held) in waiting.enumerated() {
            // What has too little time left waits for its lease to be renewed.
            guard held.clock.leaves(configuration.attemptLimit, at: now), verdict(on: held, at: now) == .open else { continue }
            let isTrial = isTrial(held, at: now)
            guard places.hasPlace(forTrial: isTrial) else { continue }
            let load = isTrial ? places.load(of: groups(of: held)) : 0
            if load < best?.load ?? .max { best = (index, load) }
            if load == 0 { break }
        }
        return best?.index
    }

    /// Whether what has finished is recorded now: when nothing is left that could be recorded with it, when there is a batch, or when
    /// the first has waited enough.
    private func mustRecord(at now: ContinuousClock.Instant) -> Bool {
        guard recording.isEmpty, !finished.isEmpty else { return false }
        if running.isEmpty && waiting.isEmpty { return true }
        return finished.count >= configuration.batchSize || flushAt.map { now >= $0 } ?? true
    }

    private mutating func record(at now: ContinuousClock.Instant) -> WorkerAction {
        // The store answers with ids of notifications, so that each must be in a batch once: this worker may have lost a notification
        // and claimed it again.
        var seen: Set<NotificationID> = []
        recording = []
        var rest: [FinishedAttempt] = []
        for attempt in finished {
            if seen.insert(attempt.notification).inserted { recording.append(attempt) } else { rest.append(attempt) }
        }
        finished = rest
        flushAt = rest.isEmpty ? nil : now + configuration.flushInterval
        return .record(recording)
    }

    private mutating func renew(at now: ContinuousClock.Instant) -> WorkerAction? {
        guard renewing.isEmpty, renewable.contains(where: { now >= $0.clock.renewal }) else { return nil }
        // Those that are due soon come along.
        let due = renewable.filter { now + configuration.lease / 10 >= $0.clock.renewal }
        renewing = Set(due.map(\.token))
        return .renew(due.map(\.lease))
    }

    private var renewable: [HeldNotification] {
        (waiting + running.values + finished.map(\.held)).filter { !$0.isLost }
    }
}

/// What a worker does next.
package enum WorkerAction: Hashable, Sendable {
    /// Claim so many notifications, and none of some destinations; or one suspect, with nothing else under way.
    case claim(limit: Int, excluding: [Destination] = [], isSuspect: Bool = false)
    case attempt(HeldNotification)
    /// Record attempts, no two of one notification.
    case record([FinishedAttempt])
    case renew([Lease])
    case release([Lease])
    /// Cut off the attempts under way.
    case interruptAttempts
    /// Tell that a lease passed before its notification was attempted.
    case forget([HeldNotification])
}
