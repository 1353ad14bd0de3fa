import AgentMetrics
import ApusLimits
import ApusText
package import NIOCore

/// Asks all probes at their turns, each under its deadline, and writes what comes of it into the book. Belongs to its event loop.
///
/// No probe waits for another one's server: an attempt that has not ended at its deadline is cancelled and counted, whatever it is stuck in, and
/// one whose cancel does not end is left behind, with no second one beside it.
package final class ProbeEngine {
    /// Hears of a probe that has come to be up or down.
    package typealias Tell = @Sendable (ProbeEvent) -> Void

    private let loop: any EventLoop
    private let book: ProbeBook
    private let make: (ProbeDeclaration) -> any ProbeAsking
    private let tell: Tell
    private var probes: [ProbeID: ScheduledProbe] = [:]
    private var places: ProbePlaces
    /// Probes whose attempts wait for a place, by the attempts' numbers.
    private var waiting: [Int: ScheduledProbe] = [:]
    /// Attempts under way, those of probes that are gone included.
    private var underWay = 0
    private var lastNumber = 0
    /// Is told once no attempt is under way any more.
    private var idle: EventLoopPromise<Void>?

    /// - Parameters:
    ///   - book: of whom it keeps those that are asked.
    ///   - attempts: at a time.
    ///   - make: makes what asks a probe.
    package init(
        on loop: any EventLoop, book: ProbeBook, attempts: Int = ProbeLimits.attempts.value,
        tell: @escaping Tell,
        make: @escaping (ProbeDeclaration) -> any ProbeAsking
    ) {
        self.loop = loop
        self.book = book
        self.tell = tell
        self.make = make
        places = ProbePlaces(most: attempts)
    }

    // MARK: - Which probes there are

    /// Asks these probes from now on and no others, which the book keeps already. One that is the same as before keeps its connection, its turns
    /// and its attempt.
    package func watch(_ declarations: [ProbeDeclaration]) {
        let wanted = Dictionary(declarations.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for (id, probe) in probes where !(wanted[id]?.isSame(as: probe.declaration) ?? false) {
            probes[id] = nil
            letGo(probe)
        }
        let now = loop.now
        for (id, declaration) in wanted where probes[id] == nil {
            let schedule = ProbeSchedule(
                of: id, interval: declaration.interval, start: now.uptimeNanoseconds, spread: ProbeLimits.firstAttempts.value)
            let probe = ScheduledProbe(declaration, make(declaration), schedule)
            probes[id] = probe
            awaitTurn(of: probe)
        }
        admit()
    }

    /// Lets go of all probes.
    ///
    /// - Returns: once no attempt is under way any more, or after ``longestStop``.
    package func stop() -> EventLoopFuture<Void> {
        watch([])
        guard underWay > 0 else { return loop.makeSucceededVoidFuture() }
        let promise = idle ?? loop.makePromise(of: Void.self)
        idle = promise
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: Self.longestStop) { bound.value.beIdle() }
        return promise.futureResult
    }

    /// The longest time that attempts under way have to let go of what they hold when the agent stops.
    private static let longestStop = TimeAmount.milliseconds(400)

    private func beIdle() {
        let promise = idle
        idle = nil
        promise?.succeed()
    }

    private func letGo(_ probe: ScheduledProbe) {
        probe.turn?.cancel()
        guard let attempt = probe.attempt else { return probe.asking.cancel() }
        guard attempt.begunAt != nil else {
            leave(attempt, of: probe)
            return probe.asking.cancel()
        }
        attempt.isSettled = true
        attempt.timer?.cancel()
        probe.asking.cancel()
        if probe.attempt === attempt, !attempt.isLeftBehind { leaveBehindSoon(attempt, of: probe) }
    }

    // MARK: - Turns

    private func awaitTurn(of probe: ScheduledProbe) {
        let bound = NIOLoopBound((engine: self, probe: probe), eventLoop: loop)
        probe.turn = loop.scheduleTask(deadline: .uptimeNanoseconds(probe.schedule.next)) {
            bound.value.engine.takeTurn(of: bound.value.probe)
        }
    }

    private func takeTurn(of probe: ScheduledProbe) {
        guard probes[probe.declaration.id] === probe else { return }
        probe.schedule.turn(at: loop.now.uptimeNanoseconds)
        awaitTurn(of: probe)
        if let attempt = probe.attempt { return miss(attempt, of: probe) }
        lastNumber += 1
        let attempt = ScheduledProbe.Attempt(lastNumber)
        probe.attempt = attempt
        waiting[attempt.number] = probe
        places.join(attempt.number, wasLate: probe.wasLate)
        admit()
    }

    /// A turn at which the attempt of the former one is not over.
    private func miss(_ attempt: ScheduledProbe.Attempt, of probe: ScheduledProbe) {
        if attempt.begunAt == nil {
            note(
                .failure(
                    ProbeFailure(
                        .agent,
                        "it was not asked, as \(ProbeLimits.attempts.value) attempts are the most at a time: \(ProbeLimits.attempts.remedy)"
                    )),
                of: probe, nil)
        } else if attempt.isLeftBehind {
            note(
                .failure(
                    ProbeFailure(.agent, "it is not asked, as a former attempt does not end: \(ProbeLimits.grace.remedy)")),
                of: probe, nil)
        }
    }

    private func admit() {
        while let number = places.admit() {
            guard let probe = waiting.removeValue(forKey: number), let attempt = probe.attempt else {
                places.leave(number)
                continue
            }
            begin(attempt, of: probe)
        }
    }

    // MARK: - Attempts

    private func begin(_ attempt: ScheduledProbe.Attempt, of probe: ScheduledProbe) {
        let now = loop.now
        let deadline = now + TimeAmount(probe.declaration.timeout)
        attempt.begunAt = now
        underWay += 1
        let bound = NIOLoopBound((engine: self, probe: probe, attempt: attempt), eventLoop: loop)
        attempt.timer = loop.scheduleTask(deadline: deadline) {
            bound.value.engine.expire(bound.value.attempt, of: bound.value.probe)
        }
        probe.asking.ask(until: deadline).whenComplete { result in
            let (engine, probe, attempt) = bound.value
            engine.end(attempt, of: probe, result)
        }
    }

    /// An attempt has ended by itself, or by its cancel.
    private func end(
        _ attempt: ScheduledProbe.Attempt, of probe: ScheduledProbe,
        _ result: Result<Result<ProbeFigures, ProbeFailure>, any Error>
    ) {
        guard probe.attempt === attempt else { return }
        attempt.timer?.cancel()
        if !attempt.isSettled {
            attempt.isSettled = true
            let outcome: Result<ProbeFigures, ProbeFailure> =
                switch result {
                case .success(let answer): answer
                case .failure(let error): .failure(.connecting(error, to: "\(probe.declaration.identity)"))
                }
            settle(outcome, attempt, of: probe)
        } else if case .success(.failure(let failure)) = result {
            attempt.lastWords = failure.text
        }
        leave(attempt, of: probe)
        admit()
    }

    private func expire(_ attempt: ScheduledProbe.Attempt, of probe: ScheduledProbe) {
        guard probe.attempt === attempt, !attempt.isSettled else { return }
        attempt.isSettled = true
        // Most let go at once, and say how far they came.
        probe.asking.cancel()
        let seen = attempt.lastWords.map { "; \($0)" } ?? ""
        let late = ProbeFailure(
            .timeout,
            "there was no answer within \(DurationText.string(probe.declaration.timeout))\(seen)")
        settle(.failure(late), attempt, of: probe)
        if probe.attempt === attempt { leaveBehindSoon(attempt, of: probe) }
    }

    private func settle(
        _ result: Result<ProbeFigures, ProbeFailure>, _ attempt: ScheduledProbe.Attempt, of probe: ScheduledProbe
    ) {
        probe.wasLate =
            switch result {
            case .failure(let failure): failure.reason == .timeout
            case .success(let figures): figures.failures.contains { $0.reason == .timeout }
            }
        let taken = attempt.begunAt.map { Double((loop.now - $0).nanoseconds) / 1e9 }
        note(result, of: probe, taken)
    }

    /// Gives an attempt that was cancelled its grace, and then its place to others.
    private func leaveBehindSoon(_ attempt: ScheduledProbe.Attempt, of probe: ScheduledProbe) {
        let bound = NIOLoopBound((engine: self, probe: probe, attempt: attempt), eventLoop: loop)
        attempt.timer = loop.scheduleTask(in: TimeAmount(ProbeLimits.grace.value)) {
            let (engine, probe, attempt) = bound.value
            guard probe.attempt === attempt else { return }
            attempt.isLeftBehind = true
            engine.giveUpPlace(of: attempt)
            engine.admit()
        }
    }

    /// The attempt holds nothing any more.
    private func leave(_ attempt: ScheduledProbe.Attempt, of probe: ScheduledProbe) {
        waiting[attempt.number] = nil
        probe.attempt = nil
        if attempt.begunAt == nil {
            places.leave(attempt.number)
        } else if !attempt.isLeftBehind {
            giveUpPlace(of: attempt)
        }
    }

    private func giveUpPlace(of attempt: ScheduledProbe.Attempt) {
        places.leave(attempt.number)
        underWay -= 1
        if underWay == 0 { beIdle() }
    }

    private func note(_ result: Result<ProbeFigures, ProbeFailure>, of probe: ScheduledProbe, _ seconds: Double?) {
        // What a probe that is gone still answers is nobody's.
        guard probes[probe.declaration.id] === probe else { return }
        let change = book.note(result, of: probe.declaration.id, seconds: seconds, at: loop.now.uptimeNanoseconds)
        guard let change else { return }
        switch (change, result) {
        case (.down, .failure(let failure)): tell(.down(probe.declaration.id, failure))
        case (.up(let seconds), _): tell(.up(probe.declaration.id, after: seconds))
        case (.lacking(let failure), _): tell(.lacking(probe.declaration.id, failure))
        case (.down, .success): break
        }
    }
}

/// What has become of a probe.
package enum ProbeEvent: Sendable, Equatable {
    case down(ProbeID, ProbeFailure)
    /// - Parameter after: the seconds for which it was down.
    case up(ProbeID, after: Double)
    /// The probe is up, and a part of what is asked has no answer.
    case lacking(ProbeID, ProbeFailure)
}
