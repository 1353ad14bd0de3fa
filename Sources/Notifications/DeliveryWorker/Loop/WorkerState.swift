package import ApusThreads
package import NotificationStore

/// What a worker holds and waits for, as a pure value: events go in, actions come out, and nothing here waits or touches a store.
///
/// Of each kind of request to the store (claim, record, renew, release) one is under way at a time; all may be at once. A new batch is
/// claimed as soon as every notification of the last one has been begun, so that one slow receiver costs a slot and not the worker.
package struct WorkerState: Sendable {
    /// The longest pause after failures of the store; a worker that stops has no time for more.
    private static let longestPause = (running: Duration.seconds(5), stopping: Duration.milliseconds(500))
    /// How long the last writes may take after the attempts' time is up.
    private static let writeGrace = Duration.seconds(1)

    let configuration: WorkerConfiguration
    var generator: any RandomNumberGenerator & Sendable
    /// The destinations that are tried, and those that are not.
    package var gate: DestinationGate
    /// The places of the attempts under way.
    var places: AttemptPlaces
    /// The moment at which those trials will have had their places that were put off.
    var trialsUntil: ContinuousClock.Instant
    /// The destinations that the last claim passed over.
    var hidden: Set<Destination> = []
    var suspects = SuspectPhase.none
    /// The moment before which no suspect is tried.
    var nextSuspect: ContinuousClock.Instant

    /// The notifications that are claimed and not begun, in the order in which they are due.
    package internal(set) var waiting: [HeldNotification] = []
    /// The notifications that are being attempted, by the token of their lease.
    package internal(set) var running: [Int64: HeldNotification] = [:]
    /// The attempts that have ended and are to be recorded, kept until the store has answered, because its tokens decide what still
    /// counts.
    package internal(set) var finished: [FinishedAttempt] = []
    /// The notifications whose leases passed before they were begun, which is to be told.
    var forgotten: [HeldNotification] = []
    /// The leases that are to be given back.
    package internal(set) var returning: [Lease] = []

    var isClaiming = false
    package internal(set) var recording: [FinishedAttempt] = []
    var renewing: Set<Int64> = []
    var releasing: [Lease] = []

    var nextClaim: ContinuousClock.Instant
    /// The moment at which what has finished is recorded at the latest.
    var flushAt: ContinuousClock.Instant?
    var store = Self.storeBreaker
    /// Whether outcomes wait for a store that does not take them: no more is claimed then.
    var isRecordFailing = false
    /// The moment at which attempts under way are cut off; nil while the worker runs.
    package internal(set) var stopDeadline: ContinuousClock.Instant?
    var hasInterrupted = false

    package init(
        configuration: WorkerConfiguration, now: ContinuousClock.Instant,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.configuration = configuration
        self.generator = generator
        gate = DestinationGate(concurrency: configuration.concurrency)
        places = AttemptPlaces(concurrency: configuration.concurrency)
        trialsUntil = now
        nextClaim = now
        nextSuspect = now
    }

    /// Asks a store that failed again after 100 ms at first, twice as long each time, half of it at random.
    package static var storeBreaker: CircuitBreaker<ContinuousClock.Instant> {
        CircuitBreaker(
            threshold: 1, backoff: Backoff(first: .milliseconds(100), longest: longestPause.running, spread: 0.5...1))
    }

    /// Takes in what has happened.
    package mutating func handle(_ event: WorkerEvent, at now: ContinuousClock.Instant) {
        switch event {
        case .claimed(let notifications, let sent, let unreadable, let hasSuspects):
            claimed(notifications, sent: sent, unreadable: unreadable, now: now)
            suspectsClaimed(notifications.count, areDue: hasSuspects, at: now)
        case .claimFailed:
            isClaiming = false
            suspects = .none
            storeFailed(at: now)
        case .finished(let attempt): finished(attempt, now: now)
        case .interrupted(let token):
            if let held = running.removeValue(forKey: token) {
                leave(held, .unknown, at: now)
                returning.append(held.lease)
            }
        case .recorded:
            recording = []
            isRecordFailing = false
            store.succeed()
        case .recordFailed:
            finished = recording + finished
            recording = []
            isRecordFailing = true
            flushAt = now
            storeFailed(at: now)
        case .renewed(let leases, let sent): renewed(leases, sent: sent)
        case .renewFailed:
            renewing = []
            storeFailed(at: now)
        case .released:
            releasing = []
            store.succeed()
        case .releaseFailed:
            returning = releasing + returning
            releasing = []
            storeFailed(at: now)
        case .stop(let time): stop(within: time, now: now)
        case .alarm: break
        }
    }

    private mutating func claimed(
        _ notifications: [ClaimedNotification], sent: ContinuousClock.Instant, unreadable: Int, now: ContinuousClock.Instant
    ) {
        isClaiming = false
        store.succeed()
        // One that got places meanwhile was passed over all the same.
        let isOutdated = hidden.contains { destination in
            gate.verdict(on: destination, at: now) == .open && !waiting.contains { $0.destination == destination }
        }
        let clock = LeaseClock(sent: sent, duration: configuration.lease)
        waiting += notifications.map { HeldNotification($0, clock: clock) }
        // A full batch says that there is more.
        nextClaim =
            isOutdated || notifications.count + unreadable >= configuration.batchSize
            ? now : now + configuration.pollInterval * Double.random(in: 0.8...1.2, using: &generator)
    }

    private mutating func finished(_ attempt: FinishedAttempt, now: ContinuousClock.Instant) {
        var attempt = attempt
        // The lease may have been renewed since the attempt began.
        if let held = running.removeValue(forKey: attempt.held.token) {
            attempt.held = held
            leave(held, attempt.reach, address: attempt.address, at: now)
        }
        finish(attempt, at: now)
    }

    /// Has an outcome recorded.
    mutating func finish(_ attempt: FinishedAttempt, at now: ContinuousClock.Instant) {
        if finished.isEmpty { flushAt = now + configuration.flushInterval }
        finished.append(attempt)
    }

    private mutating func leave(
        _ held: HeldNotification, _ reach: DestinationGate.Reach, address: String? = nil, at now: ContinuousClock.Instant
    ) {
        let isAnswered = if case .answered = reach { true } else { false }
        places.end(held.token, isAnswered: isAnswered, at: now)
        guard let destination = held.destination else { return }
        gate.end(destination, reach, address: address, at: now, using: &generator)
        reveal(destination, at: now)
    }

    private mutating func renewed(_ leases: [Lease], sent: ContinuousClock.Instant) {
        store.succeed()
        let clock = LeaseClock(sent: sent, duration: configuration.lease)
        let byToken = Dictionary(leases.map { ($0.token, $0) }) { first, _ in first }
        func renew(_ held: inout HeldNotification) {
            guard renewing.contains(held.token) else { return }
            if let lease = byToken[held.token] {
                held.lease = lease
                held.clock = clock
            } else {
                held.isLost = true
            }
        }
        for index in waiting.indices { renew(&waiting[index]) }
        for index in finished.indices { renew(&finished[index].held) }
        // What has begun goes on without its lease; the store refuses its outcome, which is told and counted then.
        running = running.mapValues { held in
            var held = held
            renew(&held)
            return held
        }
        forgotten += waiting.filter(\.isLost)
        waiting.removeAll(where: \.isLost)
        renewing = []
    }

    private mutating func stop(within time: Duration, now: ContinuousClock.Instant) {
        stopDeadline = min(stopDeadline ?? now + time, now + time)
        returning += waiting.map(\.lease)
        waiting = []
        // The last writes are tried at once.
        store.succeed()
    }

    private mutating func storeFailed(at now: ContinuousClock.Instant) {
        store.backoff.longest = stopDeadline == nil ? Self.longestPause.running : Self.longestPause.stopping
        store.fail(at: now, using: &generator)
    }

    /// The number of notifications that it holds a lease of, or thinks so.
    var held: Int { waiting.count + running.count + finished.count + recording.count + returning.count + releasing.count }

    /// Whether a stop is complete, or cannot be completed in time: what is not written then is found again when its leases end.
    package func hasEnded(at now: ContinuousClock.Instant) -> Bool {
        guard let stopDeadline, running.isEmpty, !isClaiming, recording.isEmpty, releasing.isEmpty else { return false }
        let isWritten = finished.isEmpty && returning.isEmpty && waiting.isEmpty
        return isWritten || now >= stopDeadline + Self.writeGrace
    }

    /// The moment at which a stop that is not complete is given up.
    var writeDeadline: ContinuousClock.Instant? { stopDeadline.map { $0 + Self.writeGrace } }
}
