import DeliveryWorker
import HostTesting
import NotificationMetrics
import NotificationStore
import Testing

@Suite struct `A thousand destinations that hang` {
    /// Where the hanging webhooks go, and whose they are.
    enum Arrangement: CaseIterable, Sendable {
        /// One tenant's names below one domain.
        case oneUserAndDomain
        /// One tenant's names below as many domains.
        case oneUser
        /// One domain's names for as many users, behind a proxy that is dead.
        case oneDomain
        /// Nothing in common.
        case scattered

        func webhook(_ number: Int) -> NewNotification {
            let user = self == .oneUser || self == .oneUserAndDomain ? "tenant" : "user-\(number)"
            let domain = self == .oneDomain || self == .oneUserAndDomain ? "customers.example" : "d\(number).example"
            return .webhook(of: user, to: "http://n\(number).\(domain)/")
        }
    }

    @Test(arguments: Arrangement.allCases)
    func `delay none to those that answer, be they proven or new`(arrangement: Arrangement) throws {
        var queue = SimulatedQueue()
        for number in 0..<10 { queue.add(.webhook(of: "proven-\(number)", to: "http://ok\(number).proven.test/")) }
        queue.run(for: .seconds(1))
        #expect(queue.delivered.count == 10)
        for number in 0..<1000 { queue.add(arrangement.webhook(number)) }
        queue.run(for: .seconds(2))
        let start = queue.now
        for number in 0..<10 {
            queue.add(.webhook(of: "proven-\(number)", to: "http://ok\(number).proven.test/"))
            // As the one who hangs, where that is one.
            let user = arrangement == .oneUserAndDomain ? "tenant" : "new-\(number)"
            queue.add(.webhook(of: user, to: "http://ok\(number).new.test/"))
        }
        // Of what has nothing in common with anything, nothing tells the new ones from those that hang but their turn.
        let soon = arrangement == .scattered ? 20 : 30
        queue.run(for: .seconds(300)) { $0.delivered.count >= soon }
        let time = start.duration(to: queue.now)
        #expect(time < .seconds(8), "a poll of five seconds, and few more: \(time)")
        queue.run(for: .seconds(120)) { $0.delivered.count == 30 }
        #expect(queue.delivered.count == 30)
        #expect(queue.mostUnderWay <= 16 + 128)
        // What hangs has its turns, too, and is not written again and again meanwhile.
        queue.run(for: .seconds(120))
        #expect(queue.attempted.count == 1030)
        #expect(queue.deferrals < 5000, "\(queue.deferrals)")
    }

    /// One domain's, or names of nothing in common but an address.
    @Test(arguments: ["n%.customers.example", "n.d%.example"])
    func `that answered before delay those that answer no more than new ones`(pattern: String) throws {
        var queue = SimulatedQueue()
        func addAll() {
            for number in 0..<600 {
                queue.add(.webhook(of: "u\(number)", to: "http://\(pattern.replacing("%", with: "\(number)"))/"))
            }
            queue.add(.webhook(of: "v", to: "http://ok.proven.test/"))
        }
        addAll()
        queue.hangs = { _ in false }
        queue.run(for: .seconds(20))
        #expect(queue.delivered.count == 601)
        queue.hangs = { $0.hasPrefix("n") }
        addAll()
        let start = queue.now
        queue.run(for: .seconds(300)) { $0.delivered.count == 602 }
        #expect(start.duration(to: queue.now) < .seconds(8))
    }

    @Test func `are no reason to put off two thousand new ones that answer`() throws {
        var queue = SimulatedQueue()
        for number in 0..<2_000 { queue.add(.webhook(of: "u\(number)", to: "http://ok.d\(number).example/")) }
        queue.run(for: .seconds(300)) { $0.delivered.count == 2_000 }
        #expect(queue.deferrals == 0)
        #expect(queue.elapsed < .seconds(8), "\(queue.elapsed)")
    }
}

/// A worker's state with a queue in the order of due moments and receivers that answer after 20 ms or hang for 10 s, in simulated time.
private struct SimulatedQueue {
    private enum Later {
        case event(WorkerEvent)
        case answer(HeldNotification)
    }

    private let start = ContinuousClock.now
    private(set) var now: ContinuousClock.Instant
    private var state: WorkerState
    private struct Due {
        let moment: ContinuousClock.Instant
        let order: Int
        let notification: NewNotification
        let destination: Destination?
    }

    private var due: [Due] = []
    private var later: [(moment: ContinuousClock.Instant, what: Later)] = []
    private var token: Int64 = 0
    private var underWay = 0
    private(set) var delivered: Set<NotificationID> = []
    private(set) var attempted: Set<NotificationID> = []
    private(set) var deferrals = 0
    private(set) var mostUnderWay = 0
    var hangs: @Sendable (_ host: String) -> Bool = { !$0.hasPrefix("ok") }

    /// One for all that may hang.
    private func address(_ host: String) -> String { host.hasPrefix("n") ? "192.0.2.1 80" : host }

    init() {
        now = start
        state = WorkerState(configuration: WorkerConfiguration(), now: now, generator: SeededGenerator(seed: 7))
    }

    var elapsed: Duration { start.duration(to: now) }

    mutating func add(_ notification: NewNotification) {
        due.append(Due(moment: now, order: due.count, notification: notification, destination: notification.destination))
    }

    mutating func run(for time: Duration, until isDone: (Self) -> Bool = { _ in false }) {
        let end = now + time
        while now < end, !isDone(self) {
            for action in state.actions(at: now) { perform(action) }
            let next = later.indices.min { later[$0].moment < later[$1].moment }
            let wake = state.wake(after: now) ?? end
            guard let next, later[next].moment <= wake else {
                now = min(wake, end)
                continue
            }
            now = max(now, later[next].moment)
            switch later.remove(at: next).what {
            case .event(let event): state.handle(event, at: now)
            case .answer(let held): finish(held)
            }
        }
    }

    private mutating func perform(_ action: WorkerAction) {
        switch action {
        case .claim(let limit, let excluded, _):
            let claimed = take(limit, excluding: Set(excluded))
            later.append((now + .milliseconds(5), .event(.claimed(claimed, sent: now))))
        case .attempt(let held):
            underWay += 1
            mostUnderWay = max(mostUnderWay, underWay)
            attempted.insert(held.claimed.notification.id)
            later.append((now + (hangs(held.destination?.host ?? "") ? .seconds(10) : .milliseconds(20)), .answer(held)))
        case .record(let batch):
            for attempt in batch {
                guard case .deferred(let pause, _) = attempt.outcome.result else { continue }
                deferrals += 1
                due.append(
                    Due(
                        moment: now + pause, order: due.count, notification: attempt.held.claimed.notification,
                        destination: attempt.held.destination))
            }
            later.append((now + .milliseconds(5), .event(.recorded)))
        case .renew(let leases): later.append((now + .milliseconds(5), .event(.renewed(leases, sent: now))))
        case .release, .interruptAttempts, .forget: break
        }
    }

    private mutating func take(_ limit: Int, excluding excluded: Set<Destination>) -> [ClaimedNotification] {
        due.sort { ($0.moment, $0.order) < ($1.moment, $1.order) }
        var taken: [NewNotification] = []
        var kept: [Due] = []
        for entry in due {
            let isOpen = entry.destination.map { !excluded.contains($0) } ?? true
            if taken.count < limit, entry.moment <= now, isOpen { taken.append(entry.notification) } else { kept.append(entry) }
        }
        due = kept
        return taken.map { notification in
            token += 1
            let lease = Lease(notification: notification.id, token: token, expiry: Instant(milliseconds: 0))
            return ClaimedNotification(notification: notification, lease: lease, attempts: 0, waited: .zero)
        }
    }

    private mutating func finish(_ held: HeldNotification) {
        underWay -= 1
        let isHanging = hangs(held.destination?.host ?? "")
        if !isHanging { delivered.insert(held.claimed.notification.id) }
        let result: AttemptOutcome.Result =
            isHanging ? .retry(at: Instant(milliseconds: 0), error: "no answer") : .delivered
        let outcome = AttemptOutcome(
            lease: held.lease, result: result, startedAt: Instant(milliseconds: 0), duration: .zero)
        let reach: DestinationGate.Reach = isHanging ? .unreachable : .answered(within: .milliseconds(20))
        state.handle(
            .finished(
                FinishedAttempt(
                    held: held, outcome: outcome, failure: isHanging ? .transient : nil, reach: reach,
                    address: address(held.destination?.host ?? ""))), at: now)
    }
}

extension NewNotification {
    fileprivate static func webhook(of user: String, to url: String) -> Self {
        Self(userID: user, channel: .webhook, title: "t", body: "b", webhookURL: url)
    }
}
