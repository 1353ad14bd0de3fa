import ApusLimits
import NotificationMetrics
import NotificationStore

extension WorkerState {
    /// Where the worker is with a notification whose earlier workers died: it attempts nothing else beside it.
    enum SuspectPhase {
        case none
        /// What is under way ends first.
        case draining(since: ContinuousClock.Instant)
        /// The suspect is claimed and attempted.
        case trying(since: ContinuousClock.Instant)
    }

    /// How much longer than a suspect took the worker works at other things before the next one.
    private static let restraint = 3
    private static let suspectPause = Duration.seconds(60)
    /// How long a notification waits that has no place among its destination's attempts or in the worker.
    private static let placePause = Duration.seconds(5)
    /// How many batches wait for places before some of it is given back.
    private static let mostBatches = 4

    func verdict(on held: HeldNotification, at now: ContinuousClock.Instant) -> DestinationGate.Verdict {
        held.destination.map { gate.verdict(on: $0, at: now, isOverdue: held.isOverdue) } ?? .open
    }

    /// Whether an attempt would go where nothing has answered lately.
    func isTrial(_ held: HeldNotification, at now: ContinuousClock.Instant) -> Bool {
        guard let destination = held.destination else { return false }
        guard gate.isProven(destination, at: now) else { return true }
        return groups(of: held).contains { group in
            if case .site = group { places.isSilent(group) } else { false }
        }
    }

    /// What may hang together with a notification: its user, its destination's site, and the address that answered the last time.
    func groups(of held: HeldNotification) -> [AttemptPlaces.Group] {
        guard let address = held.destination.flatMap(gate.address) else { return held.groups }
        return held.groups + [.site(address)]
    }

    /// Whether a notification lets others be claimed although it could be attempted: those before it wait in vain for answers.
    private func standsBack(_ held: HeldNotification, at now: ContinuousClock.Instant) -> Bool {
        isTrial(held, at: now) && (places.isCrowded || groups(of: held).contains(where: places.isSilent))
    }

    /// Gives back until later what cannot be attempted soon: what goes to a closed destination, and what is more than a few batches,
    /// of the users, sites and destinations that have the most of it.
    mutating func deferClosed(at now: ContinuousClock.Instant) {
        var kept: [HeldNotification] = []
        for held in waiting {
            if case .closed(let moment) = verdict(on: held, at: now) {
                let pause = max(now.duration(to: moment), .seconds(1))
                put(off: held, for: pause, .closed, "the last attempts to \(Self.name(held)) got no answer", at: now)
            } else {
                kept.append(held)
            }
        }
        waiting = kept
        let most = Self.mostBatches * configuration.batchSize
        if kept.count > most { deferSome(kept.count - most, at: now) }
    }

    private mutating func deferSome(_ count: Int, at now: ContinuousClock.Instant) {
        var destinations: [Destination: Int] = [:]
        var groups: [AttemptPlaces.Group: Int] = [:]
        for held in waiting {
            if let destination = held.destination { destinations[destination, default: 0] += 1 }
            for group in held.groups { groups[group, default: 0] += 1 }
        }
        func crowd(_ held: HeldNotification) -> Int {
            // What could begin has a place within a second.
            guard let destination = held.destination, verdict(on: held, at: now) != .open || standsBack(held, at: now) else {
                return 0
            }
            return held.groups.reduce(destinations[destination] ?? 0) { $0 + (groups[$1] ?? 0) }
        }
        for _ in 0..<count {
            var largest = (index: 0, crowd: 0)
            for (index, held) in waiting.enumerated() {
                let crowd = crowd(held)
                if crowd >= largest.crowd { largest = (index, crowd) }
            }
            guard largest.crowd > 0, let destination = waiting[largest.index].destination else { return }
            let held = waiting.remove(at: largest.index)
            destinations[destination, default: 0] -= 1
            for group in held.groups { groups[group, default: 0] -= 1 }
            if standsBack(held, at: now) {
                put(off: held, for: trialPause(at: now), .full, "others are tried first that have not answered lately", at: now)
            } else {
                put(off: held, for: Self.placePause, .full, "other deliveries to \(destination) are under way", at: now)
            }
        }
    }

    /// The time in which those trials have their turn that were put off before.
    private mutating func trialPause(at now: ContinuousClock.Instant) -> Duration {
        let first = max(trialsUntil, now + Self.placePause)
        trialsUntil = min(first + places.trialPause, now + DeliveryLimits.trialPause.value)
        return now.duration(to: first)
    }

    private mutating func put(
        off held: HeldNotification, for pause: Duration, _ reason: DeferralReason, _ text: String,
        at now: ContinuousClock.Instant
    ) {
        finish(
            FinishedAttempt(
                deferring: held, for: pause * Double.random(in: 1...1.2, using: &generator), reason,
                because: "deferred: \(text)"), at: now)
    }

    private static func name(_ held: HeldNotification) -> String { held.destination?.description ?? "it" }

    /// Gives back what waits for a place, so that nothing is held beside a suspect.
    mutating func prepareForSuspect() {
        guard case .draining = suspects, stopDeadline == nil else { return }
        returning += waiting.map(\.lease)
        waiting = []
    }

    /// The claim that is due, if one is.
    mutating func claim(at now: ContinuousClock.Instant) -> WorkerAction? {
        if case .trying(let since) = suspects, !isClaiming, held == 0 { endSuspect(since: since, at: now) }
        if case .draining(let since) = suspects, stopDeadline == nil, !isClaiming, held == 0 {
            suspects = .trying(since: since)
            isClaiming = true
            return .claim(limit: 1, excluding: gate.passedOver(at: now), isSuspect: true)
        }
        guard canClaim(at: now), now >= nextClaim else { return nil }
        isClaiming = true
        let excluded = gate.passedOver(at: now)
        hidden = Set(excluded)
        return .claim(limit: configuration.batchSize, excluding: excluded)
    }

    /// Has the queue looked at again as soon as a destination has places that the last claim passed over.
    mutating func reveal(_ destination: Destination, at now: ContinuousClock.Instant) {
        guard hidden.contains(destination), gate.verdict(on: destination, at: now) == .open,
            !waiting.contains(where: { $0.destination == destination })
        else { return }
        hidden.remove(destination)
        nextClaim = now
    }

    func canClaim(at now: ContinuousClock.Instant) -> Bool {
        guard case .none = suspects else { return false }
        return stopDeadline == nil && !isClaiming && places.hasPlace() && !isRecordFailing
            && finished.count + recording.count < 2 * configuration.batchSize
            // What waits for a place at its destination keeps nothing else from being claimed.
            && waiting.allSatisfy { verdict(on: $0, at: now) != .open || standsBack($0, at: now) }
    }

    /// Takes note of what a claim says of suspects.
    mutating func suspectsClaimed(_ count: Int, areDue: Bool, at now: ContinuousClock.Instant) {
        switch suspects {
        case .none where areDue && now >= nextSuspect && stopDeadline == nil: suspects = .draining(since: now)
        case .trying where count == 0:
            // What is due goes to closed destinations, or another worker has it.
            suspects = .none
            nextSuspect = now + Self.suspectPause
            nextClaim = now
        case .none, .draining, .trying: break
        }
    }

    private mutating func endSuspect(since: ContinuousClock.Instant, at now: ContinuousClock.Instant) {
        suspects = .none
        nextSuspect = now + since.duration(to: now) * Self.restraint
        nextClaim = now
    }
}
