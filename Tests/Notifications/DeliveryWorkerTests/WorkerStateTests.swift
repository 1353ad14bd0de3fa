import DeliveryWorker
import HostTesting
import NotificationMetrics
import NotificationStore
import Testing

@Suite struct WorkerStateTests {
    private let start = ContinuousClock.now
    private var state: WorkerState
    private let configuration: WorkerConfiguration

    init() {
        var configuration = WorkerConfiguration()
        configuration.batchSize = 4
        configuration.concurrency = 2
        self.configuration = configuration
        state = WorkerState(configuration: configuration, now: start, generator: SeededGenerator(seed: 7))
    }

    private func claimed(_ tokens: ClosedRange<Int64>, id: NotificationID? = nil) -> [ClaimedNotification] {
        tokens.map { token in
            let notification = NewNotification(
                id: id ?? NotificationID(), userID: "u", channel: .log, title: "t", body: "b")
            let lease = Lease(notification: notification.id, token: token, expiry: Instant(milliseconds: 0))
            return ClaimedNotification(notification: notification, lease: lease, attempts: 0, waited: .zero)
        }
    }

    private func finished(_ held: HeldNotification) -> WorkerEvent {
        .finished(
            FinishedAttempt(
                held: held,
                outcome: AttemptOutcome(
                    lease: held.lease, result: .delivered, startedAt: Instant(milliseconds: 0), duration: .zero),
                failure: nil))
    }

    /// Claims what is given, and gives what is begun.
    private mutating func claim(_ notifications: [ClaimedNotification], at now: ContinuousClock.Instant) -> [HeldNotification] {
        #expect(state.actions(at: now) == [.claim(limit: 4)])
        state.handle(.claimed(notifications, sent: now), at: now)
        return begun(state.actions(at: now))
    }

    private func begun(_ actions: [WorkerAction]) -> [HeldNotification] {
        actions.compactMap { if case .attempt(let held) = $0 { held } else { nil } }
    }

    @Test mutating func `an empty queue is looked at again after the poll interval, a fifth more or less`() throws {
        #expect(claim([], at: start).isEmpty)
        let wake = try #require(state.wake(after: start))
        #expect((start + .seconds(4)...start + .seconds(6)).contains(wake))
        #expect(state.actions(at: wake - .nanoseconds(1)).isEmpty)
        #expect(state.actions(at: wake) == [.claim(limit: 4)])
        #expect(state.actions(at: wake + .seconds(60)).isEmpty, "one claim is under way at a time")
    }

    @Test mutating func `only so many attempts are under way at a time, in the order in which they are due`() {
        let notifications = claimed(1...4)
        let first = claim(notifications, at: start)
        #expect(first.map(\.token) == [1, 2])
        state.handle(finished(first[1]), at: start)
        #expect(begun(state.actions(at: start)).map(\.token) == [3])
    }

    @Test mutating func `after a full batch the next is claimed as soon as all of it has begun`() {
        let first = claim(claimed(1...4), at: start)
        for held in first { state.handle(finished(held), at: start) }
        let rest = begun(state.actions(at: start))
        #expect(rest.map(\.token) == [3, 4])
        #expect(!state.actions(at: start).contains(.claim(limit: 4)), "no slot is free")
        state.handle(finished(rest[0]), at: start)
        #expect(state.actions(at: start).contains(.claim(limit: 4)), "one attempt that takes long holds nothing up")
    }

    @Test mutating func `outcomes are recorded together, at once when the batch is done`() {
        let held = claim(claimed(1...2), at: start)
        state.handle(finished(held[0]), at: start)
        #expect(state.actions(at: start).isEmpty, "the second may be recorded with it")
        #expect(state.wake(after: start) == start + .milliseconds(100))
        state.handle(finished(held[1]), at: start + .milliseconds(10))
        guard case .record(let batch)? = state.actions(at: start + .milliseconds(10)).first else {
            Issue.record("nothing is recorded")
            return
        }
        #expect(batch.map(\.held.token) == [1, 2])
    }

    @Test mutating func `an outcome waits a tenth of a second for others`() {
        let held = claim(claimed(1...2), at: start)
        state.handle(finished(held[0]), at: start)
        #expect(state.actions(at: start + .milliseconds(99)).isEmpty)
        guard case .record(let batch)? = state.actions(at: start + .milliseconds(100)).first else {
            Issue.record("nothing is recorded")
            return
        }
        #expect(batch.count == 1)
    }

    @Test mutating func `outcomes that the store does not take are kept, and nothing is claimed until it does`() throws {
        let held = claim(claimed(1...1), at: start)
        state.handle(finished(held[0]), at: start)
        #expect(state.actions(at: start).count == 1)
        state.handle(.recordFailed, at: start)
        #expect(state.finished.count == 1)
        #expect(state.actions(at: start).isEmpty)
        let retry = try #require(state.wake(after: start))
        #expect((start + .milliseconds(50)...start + .milliseconds(100)).contains(retry))
        let later = start + .seconds(20)
        #expect(state.actions(at: later).count == 1, "recorded again, and nothing else")
        state.handle(.recorded, at: later)
        #expect(state.finished.isEmpty)
        #expect(state.actions(at: later) == [.claim(limit: 4)])
    }

    @Test mutating func `two leases on one notification are never recorded in one batch`() {
        let id = NotificationID()
        let held = claim(claimed(1...2, id: id), at: start)
        for held in held { state.handle(finished(held), at: start) }
        let actions = state.actions(at: start)
        guard case .record(let batch)? = actions.first else {
            Issue.record("nothing is recorded")
            return
        }
        #expect(batch.map(\.held.token) == [1])
        state.handle(.recorded, at: start)
        guard case .record(let rest)? = state.actions(at: start + .milliseconds(100)).first else {
            Issue.record("the second is forgotten")
            return
        }
        #expect(rest.map(\.held.token) == [2])
    }

    @Test mutating func `leases are renewed at a third, whatever their notifications wait for`() {
        let notifications = claimed(1...4)
        let held = claim(notifications, at: start)
        state.handle(finished(held[0]), at: start)
        _ = state.actions(at: start + .milliseconds(100))
        state.handle(.recordFailed, at: start + .milliseconds(100))
        let third = start + .seconds(100)
        let renewed = state.actions(at: third).compactMap { if case .renew(let leases) = $0 { leases } else { nil } }
        #expect(Set(renewed.joined().map(\.token)) == [2, 3, 4], "the first is being recorded")
        state.handle(.renewed(renewed.flatMap { $0 }, sent: third), at: third)
        #expect(state.running.values.allSatisfy { $0.clock.deadline == third + .seconds(298) })
        #expect(state.waiting.allSatisfy { $0.clock.deadline == third + .seconds(298) })
    }

    @Test mutating func `a notification whose lease was not renewed is not attempted`() {
        let notifications = claimed(1...4)
        _ = claim(notifications, at: start)
        let third = start + .seconds(100)
        #expect(state.actions(at: third).count == 1)
        // The store has the leases 1, 2 and 4 only.
        state.handle(.renewed(notifications.map(\.lease).filter { $0.token != 3 }, sent: third), at: third)
        #expect(state.waiting.map(\.token) == [4])
        let told = state.actions(at: third).compactMap { if case .forget(let passed) = $0 { passed.map(\.token) } else { nil } }
        #expect(told == [[3]])
    }

    @Test mutating func `a lease that was lost while its attempt runs is not renewed over and over`() {
        let held = claim(claimed(1...1), at: start)
        let third = start + .seconds(100)
        #expect(state.actions(at: third).contains(.renew([held[0].lease])))
        state.handle(.renewed([], sent: third), at: third)
        let renewals = state.actions(at: third + .seconds(1)).filter { if case .renew = $0 { true } else { false } }
        #expect(renewals.isEmpty)
        #expect(state.running.count == 1)
    }

    @Test mutating func `nothing is begun with too little of its lease left`() {
        let held = claim(claimed(1...3), at: start)
        #expect(held.count == 2)
        let late = start + .seconds(289)
        state.handle(finished(held[0]), at: late)
        #expect(begun(state.actions(at: late)).isEmpty)
        #expect(state.waiting.map(\.token) == [3], "it waits for the renewal")
        state.handle(.renewFailed, at: late)
        let passed = state.actions(at: start + .seconds(298))
        #expect(passed.contains { if case .forget(let held) = $0 { held.map(\.token) == [3] } else { false } })
        #expect(state.waiting.isEmpty)
    }

    @Test mutating func `a stop gives back what has not begun and waits for what has`() {
        let notifications = claimed(1...4)
        let held = claim(notifications, at: start)
        state.handle(.stop(within: .seconds(8)), at: start)
        #expect(state.actions(at: start) == [.release([notifications[2].lease, notifications[3].lease])])
        state.handle(.released, at: start)
        #expect(!state.hasEnded(at: start))
        for held in held { state.handle(finished(held), at: start) }
        #expect(begun(state.actions(at: start)).isEmpty)
        #expect(!state.hasEnded(at: start), "the outcomes are being recorded")
        state.handle(.recorded, at: start)
        #expect(state.actions(at: start).isEmpty)
        #expect(state.hasEnded(at: start))
        #expect(state.actions(at: start + .seconds(60)).isEmpty, "nothing is claimed any more")
    }

    @Test mutating func `a claim that was under way at a stop is given back`() {
        #expect(state.actions(at: start) == [.claim(limit: 4)])
        state.handle(.stop(within: .seconds(8)), at: start)
        #expect(!state.hasEnded(at: start))
        let notifications = claimed(1...2)
        state.handle(.claimed(notifications, sent: start), at: start)
        #expect(state.actions(at: start) == [.release(notifications.map(\.lease))])
    }

    @Test mutating func `attempts that outlast a stop are cut off once, and their leases given back`() {
        let held = claim(claimed(1...1), at: start)
        state.handle(.stop(within: .seconds(8)), at: start)
        #expect(state.actions(at: start).isEmpty)
        #expect(state.wake(after: start) == start + .seconds(8))
        let end = start + .seconds(8)
        #expect(state.actions(at: end) == [.interruptAttempts])
        #expect(state.actions(at: end).isEmpty)
        state.handle(.interrupted(token: 1), at: end)
        #expect(state.actions(at: end) == [.release([held[0].lease])])
        state.handle(.released, at: end)
        #expect(state.hasEnded(at: end))
    }

    @Test mutating func `a stop ends a second after its deadline even when the store takes nothing`() {
        let held = claim(claimed(1...1), at: start)
        state.handle(.stop(within: .seconds(8)), at: start)
        state.handle(finished(held[0]), at: start)
        var now = start
        for _ in 0..<100 where !state.hasEnded(at: now) {
            if state.actions(at: now).contains(where: { if case .record = $0 { true } else { false } }) {
                state.handle(.recordFailed, at: now)
            }
            guard let wake = state.wake(after: now) else { break }
            #expect(wake > now, "the clock must go on")
            now = wake
        }
        #expect(state.hasEnded(at: now))
        #expect((start + .seconds(9)...start + .seconds(10)).contains(now))
        #expect(state.finished.count == 1)
    }

    @Test mutating func `a second stop can only shorten the first`() {
        _ = claim(claimed(1...1), at: start)
        state.handle(.stop(within: .seconds(8)), at: start)
        state.handle(.stop(within: .seconds(1)), at: start)
        #expect(state.stopDeadline == start + .seconds(1))
        state.handle(.stop(within: .seconds(8)), at: start)
        #expect(state.stopDeadline == start + .seconds(1))
    }

    private func webhooks(_ tokens: ClosedRange<Int64>, to url: String, age: Duration = .zero) -> [ClaimedNotification] {
        claimed(tokens).map { claimed in
            var claimed = claimed
            claimed.notification.channel = .webhook
            claimed.notification.webhookURL = url
            claimed.age = age
            return claimed
        }
    }

    private func deferred(_ actions: [WorkerAction]) -> [FinishedAttempt] {
        actions.reduce(into: []) { if case .record(let batch) = $1 { $0 += batch.filter { $0.deferral != nil } } }
    }

    private func unanswered(_ held: HeldNotification) -> WorkerEvent {
        .finished(
            FinishedAttempt(
                held: held,
                outcome: AttemptOutcome(
                    lease: held.lease, result: .retry(at: Instant(milliseconds: 0), error: "e"),
                    startedAt: Instant(milliseconds: 0), duration: .zero), failure: .transient, reach: .unreachable))
    }

    @Test mutating func `what waits for its destination's places keeps nothing else from being claimed, and is passed over`()
        throws
    {
        let hanging = try #require(Destination(url: "http://hangs.test"))
        state = WorkerState(
            configuration: {
                var configuration = configuration
                configuration.concurrency = 8
                return configuration
            }(), now: start, generator: SeededGenerator(seed: 7))
        let first = claim(webhooks(1...4, to: "http://hangs.test/"), at: start)
        #expect(first.map(\.token) == [1, 2], "a quarter of eight")
        #expect(state.waiting.map(\.token) == [3, 4])
        let next = state.actions(at: start)
        #expect(next.isEmpty, "the claim is under way already")
        state.handle(.claimed(claimed(5...8), sent: start), at: start)
        let rest = state.actions(at: start)
        #expect(begun(rest).map(\.token) == [5, 6, 7, 8])
        #expect(rest.contains(.claim(limit: 4, excluding: [hanging])))
    }

    @Test mutating func `what goes to a closed destination is deferred until it is tried again, without an attempt`() throws {
        var configuration = configuration
        configuration.concurrency = 8
        configuration.batchSize = 50
        state = WorkerState(configuration: configuration, now: start, generator: SeededGenerator(seed: 7))
        _ = state.actions(at: start)
        state.handle(.claimed(webhooks(1...6, to: "http://gone.test/"), sent: start), at: start)
        var held = begun(state.actions(at: start))
        for _ in 0..<2 {
            for attempt in held { state.handle(unanswered(attempt), at: start) }
            held = begun(state.actions(at: start))
        }
        #expect(held.isEmpty)
        #expect(state.gate.closedCount == 1)
        let outcomes = deferred(state.actions(at: start + .seconds(1))) + state.recording.filter { $0.deferral != nil }
        #expect(Set(outcomes.map(\.held.token)) == [5, 6])
        for outcome in outcomes {
            guard case .deferred(let pause, let reason) = outcome.outcome.result else {
                Issue.record("\(outcome)")
                continue
            }
            #expect((.seconds(3)...Duration.seconds(15)).contains(pause), "\(pause)")
            #expect(reason.contains("http://gone.test:80"))
        }
    }

    @Test mutating func `what has been deferred for a day is attempted although its destination is closed`() throws {
        let gone = try #require(Destination(url: "http://gone.test"))
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<3 {
            state.gate.begin(gone, at: start)
            state.gate.end(gone, .unreachable, at: start, using: &generator)
        }
        let old = webhooks(1...1, to: "http://gone.test/", age: .seconds(25 * 3600))
        let new = webhooks(2...2, to: "http://gone.test/")
        #expect(state.actions(at: start) == [.claim(limit: 4, excluding: [gone])])
        state.handle(.claimed(old + new, sent: start), at: start)
        #expect(begun(state.actions(at: start)).map(\.token) == [1])
        #expect(state.finished.map(\.held.token) == [2])
    }

    @Test mutating func `a suspect is claimed when nothing else is under way, and attempted alone`() {
        #expect(state.actions(at: start) == [.claim(limit: 4)])
        let others = claimed(1...4)
        state.handle(.claimed(others, sent: start, hasSuspects: true), at: start)
        var held = begun(state.actions(at: start))
        #expect(held.map(\.token) == [1, 2], "what has not begun is given back")
        var actions = state.actions(at: start)
        #expect(!actions.contains { if case .claim = $0 { true } else { false } })
        state.handle(.released, at: start)
        for held in held { state.handle(finished(held), at: start) }
        actions = state.actions(at: start)
        #expect(!actions.contains { if case .claim = $0 { true } else { false } }, "outcomes are being recorded")
        state.handle(.recorded, at: start + .seconds(1))
        #expect(state.actions(at: start + .seconds(1)) == [.claim(limit: 1, isSuspect: true)])
        state.handle(.claimed(claimed(9...9), sent: start, hasSuspects: true), at: start + .seconds(1))
        held = begun(state.actions(at: start + .seconds(1)))
        #expect(held.map(\.token) == [9])
        #expect(state.actions(at: start + .seconds(1)).isEmpty, "nothing is claimed beside it")
        state.handle(finished(held[0]), at: start + .seconds(2))
        _ = state.actions(at: start + .seconds(2))
        state.handle(.recorded, at: start + .seconds(2))
        #expect(state.actions(at: start + .seconds(2)) == [.claim(limit: 4)])

        // Three times as long as that took, others come first.
        state.handle(.claimed([], sent: start, hasSuspects: true), at: start + .seconds(3))
        let calm = state.actions(at: start + .seconds(7.9))
        #expect(calm.allSatisfy { $0 == .claim(limit: 4) })
        state.handle(.claimed([], sent: start, hasSuspects: true), at: start + .seconds(8))
        #expect(state.actions(at: start + .seconds(8)) == [.claim(limit: 1, isSuspect: true)])
    }

    @Test mutating func `suspects that cannot be had do not keep the worker from its work`() {
        #expect(state.actions(at: start) == [.claim(limit: 4)])
        state.handle(.claimed([], sent: start, hasSuspects: true), at: start)
        #expect(state.actions(at: start) == [.claim(limit: 1, isSuspect: true)])
        state.handle(.claimed([], sent: start, hasSuspects: true), at: start)
        #expect(state.actions(at: start) == [.claim(limit: 4)])
        state.handle(.claimed(claimed(1...4), sent: start, hasSuspects: true), at: start)
        #expect(begun(state.actions(at: start)).count == 2, "the next suspect is for later")
        #expect(state.waiting.count == 2)
    }

    @Test mutating func `the queue is looked at again as soon as a destination that was passed over has places`() throws {
        var configuration = configuration
        configuration.concurrency = 8
        state = WorkerState(configuration: configuration, now: start, generator: SeededGenerator(seed: 7))
        let destination = try #require(Destination(url: "http://slow.test"))
        var held = claim(webhooks(1...2, to: "http://slow.test/"), at: start)
        #expect(held.count == 2)
        let wake = try #require(state.wake(after: start))
        #expect(state.actions(at: wake) == [.claim(limit: 4, excluding: [destination])])
        state.handle(.claimed([], sent: wake), at: wake)
        #expect(state.actions(at: wake).isEmpty)
        state.handle(finished(held.removeLast()), at: wake)
        #expect(state.actions(at: wake).contains(.claim(limit: 4)), "and not a poll later")
    }

    @Test mutating func `what waits for places beyond a few batches is given back, of the destination that has the most`() {
        var configuration = configuration
        configuration.concurrency = 8
        state = WorkerState(configuration: configuration, now: start, generator: SeededGenerator(seed: 7))
        let small = webhooks(1...5, to: "http://small.test/")
        let large = webhooks(6...30, to: "http://large.test/")
        _ = claim(small + large, at: start)
        #expect(state.waiting.count == 16)
        #expect(state.waiting.filter { $0.destination?.host == "small.test" }.count == 3)
        #expect(state.recording.allSatisfy { $0.deferral == .full })
        #expect(state.recording.count == 30 - 16 - 4)
    }
}
