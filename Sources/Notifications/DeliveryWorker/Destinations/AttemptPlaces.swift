import ApusLimits

/// Counts a worker's attempts under way by user and by site, so that those that nobody answers leave places for all others.
///
/// An attempt holds a place until it ends, and for a second at most: after that it only waits, which costs a connection and no place.
/// An attempt to a destination that has not answered lately is a trial. Trials hold a part of the places together, so that however many
/// destinations hang, those that answer are delivered to.
package struct AttemptPlaces: Sendable {
    /// What attempts have in common that may hang together.
    package enum Group: Hashable, Sendable {
        case user(String)
        /// The domain above a name, or the network of an address; see `Destination.site`.
        case site(String)
    }

    private struct Tally {
        var underWay = 0
        /// The attempts under way that have waited for more than a second since the group last gave an answer.
        var silent = 0
        var answers = 0
    }

    private struct Attempt {
        let groups: [Group]
        let isTrial: Bool
        let began: ContinuousClock.Instant
        /// How often each group had answered when the attempt gave its place back; nil while it holds one.
        var answers: [Int]?
    }

    /// How long an attempt holds a place.
    private static let turn = Duration.seconds(1)
    /// The attempts of a group that wait in vain before the group is taken to hang.
    private static let mostSilent = 3
    private static let rateWindow = Duration.seconds(5)

    private let concurrency: Int
    private let trialPlaces: Int
    private let mostWaiting: Int
    private var attempts: [Int64: Attempt] = [:]
    private var tallies: [Group: Tally] = [:]
    private var held = 0
    private var trials = 0
    private var rate: (begun: ContinuousClock.Instant, turns: Int, perSecond: Double)?

    /// - Parameter concurrency: the number of places.
    package init(concurrency: Int, mostWaiting: Int = DeliveryLimits.unanswered.value) {
        self.concurrency = concurrency
        trialPlaces = max(1, concurrency - concurrency * (100 - DeliveryLimits.trialShare.value) / 100)
        self.mostWaiting = mostWaiting
    }

    /// Whether an attempt can begin.
    package func hasPlace(forTrial isTrial: Bool = false) -> Bool {
        held < concurrency && (!isTrial || trials < trialPlaces)
    }

    /// Whether so many attempts wait for answers that trials of whatever group are taken to hang.
    package var isCrowded: Bool { attempts.count - held >= 2 * trialPlaces }

    /// Whether a group does not answer: three attempts have waited for more than a second, and none was answered since.
    package func isSilent(_ group: Group) -> Bool { tallies[group].map { $0.silent >= Self.mostSilent } ?? false }

    /// The attempts that are under way to each of some groups, added up.
    package func load(of groups: [Group]) -> Int { groups.reduce(0) { $0 + (tallies[$1]?.underWay ?? 0) } }

    /// How long a trial waits for a place when others come first, on an average.
    package var trialPause: Duration { .seconds(1 / max(rate?.perSecond ?? 0, Double(trialPlaces))) }

    /// Takes a place.
    ///
    /// - Parameters:
    ///   - id: tells attempts apart.
    ///   - groups: nothing for an attempt that waits for nobody.
    package mutating func begin(_ id: Int64, _ groups: [Group], isTrial: Bool, at now: ContinuousClock.Instant) {
        attempts[id] = Attempt(groups: groups, isTrial: isTrial, began: now)
        held += 1
        if isTrial { trials += 1 }
        for group in groups { tallies[group, default: Tally()].underWay += 1 }
    }

    /// Takes note of an attempt's end.
    package mutating func end(_ id: Int64, isAnswered: Bool, at now: ContinuousClock.Instant) {
        guard let attempt = attempts.removeValue(forKey: id) else { return }
        if attempt.answers == nil { giveBack(attempt, at: now) }
        for (index, group) in attempt.groups.enumerated() {
            guard var tally = tallies[group] else { continue }
            tally.underWay -= 1
            if isAnswered {
                tally.answers += 1
                tally.silent = 0
            } else if attempt.answers?[index] == tally.answers {
                tally.silent -= 1
            }
            tallies[group] = tally.underWay > 0 ? tally : nil
        }
    }

    /// Takes the places back of those that have held them for a second, unless too many wait already.
    package mutating func release(at now: ContinuousClock.Instant) {
        let late = attempts.filter { Self.holds($0.value) && $0.value.began + Self.turn <= now }
        for (id, attempt) in late.sorted(by: { $0.value.began < $1.value.began }) {
            guard attempts.count - held < mostWaiting else { return }
            giveBack(attempt, at: now)
            attempts[id]?.answers = attempt.groups.map { group in
                tallies[group]?.silent += 1
                return tallies[group]?.answers ?? 0
            }
        }
    }

    /// The moment at which an attempt gives its place back unless it ends before; nil when none will.
    package var nextRelease: ContinuousClock.Instant? {
        guard attempts.count - held < mostWaiting else { return nil }
        return attempts.values.lazy.filter(Self.holds).map { $0.began + Self.turn }.min()
    }

    private static func holds(_ attempt: Attempt) -> Bool { attempt.answers == nil && !attempt.groups.isEmpty }

    private mutating func giveBack(_ attempt: Attempt, at now: ContinuousClock.Instant) {
        held -= 1
        guard attempt.isTrial else { return }
        trials -= 1
        var rate = rate ?? (now, 0, 0)
        rate.turns += 1
        let time = rate.begun.duration(to: now)
        if time >= Self.rateWindow { rate = (now, 0, Double(rate.turns) / (time / .seconds(1))) }
        self.rate = rate
    }
}
