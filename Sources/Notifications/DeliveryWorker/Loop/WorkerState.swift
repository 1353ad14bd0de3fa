package import NotificationStore

/// What a worker holds and waits for, as a pure value: events go in, actions come out, and nothing here waits or touches a store.
///
/// Of each kind of request to the store (claim, record, renew, release) one is under way at a time; all may be at once. A new batch is
/// claimed as soon as every notification of the last one has been begun, so that one slow receiver costs a slot and not the worker.
package struct WorkerState: Sendable {
    /// The longest pause after failures of the store; while stopping there is no time for it.
    private static let longestBackoff = (running: Duration.seconds(5), stopping: Duration.milliseconds(500))
    /// How long the last writes may take after the attempts' time is up.
    private static let writeGrace = Duration.seconds(1)

    let configuration: WorkerConfiguration
    private var generator: any RandomNumberGenerator & Sendable

    /// Claimed and not begun, in the order in which they are due.
    package internal(set) var waiting: [HeldNotification] = []
    /// Being attempted, by the lease's token.
    package internal(set) var running: [Int64: HeldNotification] = [:]
    /// Ended, to be recorded; kept until the store has answered, because its tokens decide what still counts.
    package internal(set) var finished: [FinishedAttempt] = []
    /// Never begun before their leases passed; to be told.
    var forgotten: [HeldNotification] = []
    /// To be given back.
    package internal(set) var returning: [Lease] = []

    var isClaiming = false
    var recording: [FinishedAttempt] = []
    var renewing: Set<Int64> = []
    var releasing: [Lease] = []

    var nextClaim: ContinuousClock.Instant
    /// When what has finished is recorded at the latest.
    var flushAt: ContinuousClock.Instant?
    var backoff = StoreBackoff()
    /// Outcomes wait for a store that does not take them: no more is claimed.
    var isRecordFailing = false
    /// When attempts under way are cut off; nil while the worker runs.
    package internal(set) var stopDeadline: ContinuousClock.Instant?
    var hasInterrupted = false

    package init(
        configuration: WorkerConfiguration, now: ContinuousClock.Instant,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.configuration = configuration
        self.generator = generator
        nextClaim = now
    }

    package mutating func handle(_ event: WorkerEvent, at now: ContinuousClock.Instant) {
        switch event {
        case .claimed(let notifications, let sent): claimed(notifications, sent: sent, now: now)
        case .claimFailed:
            isClaiming = false
            storeFailed(at: now)
        case .finished(let attempt): finished(attempt, now: now)
        case .interrupted(let token):
            if let held = running.removeValue(forKey: token) { returning.append(held.lease) }
        case .recorded:
            recording = []
            isRecordFailing = false
            backoff.succeed()
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
            backoff.succeed()
        case .releaseFailed:
            returning = releasing + returning
            releasing = []
            storeFailed(at: now)
        case .stop(let time): stop(within: time, now: now)
        case .alarm: break
        }
    }

    private mutating func claimed(
        _ notifications: [ClaimedNotification], sent: ContinuousClock.Instant, now: ContinuousClock.Instant
    ) {
        isClaiming = false
        backoff.succeed()
        let clock = LeaseClock(sent: sent, duration: configuration.lease)
        waiting += notifications.map { HeldNotification($0, clock: clock) }
        // A full batch says that there is more.
        nextClaim =
            notifications.count >= configuration.batchSize
            ? now : now + configuration.pollInterval * Double.random(in: 0.8...1.2, using: &generator)
    }

    private mutating func finished(_ attempt: FinishedAttempt, now: ContinuousClock.Instant) {
        var attempt = attempt
        // The lease may have been renewed since the attempt began.
        if let held = running.removeValue(forKey: attempt.held.token) { attempt.held = held }
        if finished.isEmpty { flushAt = now + configuration.flushInterval }
        finished.append(attempt)
    }

    private mutating func renewed(_ leases: [Lease], sent: ContinuousClock.Instant) {
        backoff.succeed()
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
        backoff.succeed()
    }

    private mutating func storeFailed(at now: ContinuousClock.Instant) {
        let longest = stopDeadline == nil ? Self.longestBackoff.running : Self.longestBackoff.stopping
        backoff.fail(at: now, longest: longest, using: &generator)
    }

    /// Notifications that it holds a lease of, or thinks so.
    var held: Int { waiting.count + running.count + finished.count + recording.count + returning.count + releasing.count }

    /// Whether a stop is complete, or cannot be completed in time: what is not written then is found again when its leases end.
    package func hasEnded(at now: ContinuousClock.Instant) -> Bool {
        guard let stopDeadline, running.isEmpty, !isClaiming, recording.isEmpty, releasing.isEmpty else { return false }
        let isWritten = finished.isEmpty && returning.isEmpty && waiting.isEmpty
        return isWritten || now >= stopDeadline + Self.writeGrace
    }

    /// When a stop that is not complete is given up.
    var writeDeadline: ContinuousClock.Instant? { stopDeadline.map { $0 + Self.writeGrace } }
}
