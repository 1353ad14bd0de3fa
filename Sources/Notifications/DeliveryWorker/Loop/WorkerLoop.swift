import ApusLimits
import CoreMetrics
import EventCatalog
import Logging
import NotificationMetrics
import NotificationStore

/// The shell around ``WorkerState``: takes events off a queue, does what the state says, and puts what comes of it onto the queue.
struct WorkerLoop: Sendable {
    let store: any NotificationStore
    let owner: String
    let configuration: WorkerConfiguration
    let deliverer: Deliverer
    let metrics: WorkerMetrics
    let pulse: WorkerPulse
    let logger: Logger
    let queue: AsyncStream<WorkerEvent>.Continuation
    /// Called once, when the store has taken the first claim.
    let onReady: @Sendable () -> Void
    /// Which lines about deferrals, failed attempts and notifications that are given up are written, by site.
    let deferrals = LogThrottle<String?>(burst: 1)
    let failures = LogThrottle<String?>()
    let burials = LogThrottle<String?>()
    /// Which of the other lines are written, by what they tell.
    let lines = LogThrottle<Line>()

    /// What a line tells that may come any number of times.
    enum Line: Hashable, Sendable { case unreadable, expired, buried, suspect, lost, passed, store(String) }

    /// How long a notification waits whose request could not go out as yet.
    private static let deferralPause = Duration.seconds(10)

    /// Works until a stop is complete.
    func run(_ events: AsyncStream<WorkerEvent>) async {
        // Two groups, because a stop cuts attempts off but never a write to the store.
        await withDiscardingTaskGroup { requests in
            await withDiscardingTaskGroup { attempts in
                await turn(events, requests: &requests, attempts: &attempts)
            }
        }
    }

    private func turn(
        _ events: AsyncStream<WorkerEvent>, requests: inout DiscardingTaskGroup, attempts: inout DiscardingTaskGroup
    ) async {
        var state = WorkerState(configuration: configuration, now: .now)
        var alarm = Alarm { [queue] in queue.yield(.alarm) }
        defer { alarm.cancel() }
        var iterator = events.makeAsyncIterator()
        var isReady = false
        while true {
            let now = ContinuousClock.now
            for action in state.actions(at: now) { perform(action, requests: &requests, attempts: &attempts) }
            if state.hasEnded(at: now) { break }
            alarm.set(state.wake(after: now), now: now)
            guard let event = await iterator.next() else { break }
            state.handle(event, at: .now)
            pulse.turned(leased: state.held)
            metrics.receivers.setClosedDestinations(state.gate.closedCount)
            if !isReady, case .claimed = event {
                isReady = true
                logger.info("delivering", metadata: CataloguedEvent.workerStarted.metadata)
                onReady()
            }
        }
        let left = state.finished.count + state.returning.count
        if left > 0 {
            logger.error(
                "stopped with leases that the store did not take back; their notifications are due again when the leases end",
                metadata: ["leases": "\(left)"])
        }
    }

    private func perform(
        _ action: WorkerAction, requests: inout DiscardingTaskGroup, attempts: inout DiscardingTaskGroup
    ) {
        switch action {
        case .claim(let limit, let excluded, let isSuspect):
            requests.addTask { queue.yield(await claim(limit: limit, excluding: excluded, isSuspect: isSuspect)) }
        case .record(let batch): requests.addTask { queue.yield(await record(batch)) }
        case .renew(let leases): requests.addTask { queue.yield(await renew(leases)) }
        case .release(let leases): requests.addTask { queue.yield(await release(leases)) }
        case .attempt(let held): attempts.addTask { queue.yield(await attempt(held)) }
        case .interruptAttempts:
            logger.warning("attempts that are still under way are cut off; their leases are given back")
            attempts.cancelAll()
        case .forget(let passed):
            guard let omitted = lines.admit(.passed) else { break }
            logger.warning(
                "leases passed before their notifications were attempted",
                metadata: ["leases": "\(passed.count)", "omitted": "\(omitted)"])
        }
    }

    private func attempt(_ held: HeldNotification) async -> WorkerEvent {
        let notification = held.claimed.notification
        let startedAt = Instant.realtime()
        let start = ContinuousClock.now
        var address: String?
        let result = await deliverer.deliver(notification) { address = $0 }
        let duration = start.duration(to: .now)
        var generator = SystemRandomNumberGenerator()
        let recorded: AttemptOutcome.Result
        let failure: FailureClass?
        var reach = DestinationGate.Reach.answered(within: duration)
        switch result {
        case .interrupted: return .interrupted(token: held.token)
        case .delivered: (recorded, failure) = (.delivered, nil)
        case .deferred(let reason, let text, let isUnreachable) where !held.isOverdue:
            return .finished(
                FinishedAttempt(
                    deferring: held, for: Self.deferralPause * Double.random(in: 1...1.2, using: &generator), reason,
                    because: "deferred: \(text)", reach: isUnreachable ? .unreachable : .unknown))
        case .deferred(_, let text, _):
            let cause = DeliveryFailure(.transient, text, isUnreachable: true)
            recorded = self.result(of: cause, held, using: &generator)
            failure = cause.reason
            reach = .unreachable
        case .failed(let cause):
            recorded = self.result(of: cause, held, using: &generator)
            failure = cause.reason
            if cause.isUnreachable { reach = .unreachable }
        }
        metrics[notification.channel].attemptDuration.record(duration / .seconds(1))
        return .finished(
            FinishedAttempt(
                held: held,
                outcome: AttemptOutcome(lease: held.lease, result: recorded, startedAt: startedAt, duration: duration),
                failure: failure, reach: reach, address: address))
    }

    private func result(
        of cause: DeliveryFailure, _ held: HeldNotification, using generator: inout some RandomNumberGenerator
    ) -> AttemptOutcome.Result {
        configuration.retries.result(of: cause, attempt: held.claimed.attempts + 1, now: .realtime(), using: &generator)
    }
}
