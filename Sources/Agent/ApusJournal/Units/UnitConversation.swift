import CLinux
import ApusThreads

/// One connection to systemd, from the greeting to the first failure: questions out of the ledger, answers into it.
///
/// Belongs to one thread. ``turn(isRead:)`` never waits; ``wait(_:)`` does, for what the next turn needs.
final class UnitConversation {
    typealias Instant = SuspendingClock.Instant

    private(set) var ledger: UnitLedger
    /// Whether systemd has said which units there are.
    private(set) var isListed = false
    private(set) var lastAnswer: UInt64?
    private(set) var calls: UInt64 = 0
    /// The questions about single units that were not answered; the caller takes them.
    var refusals: [UnitBusError] = []

    private let configuration: UnitWatchConfiguration
    private let clock = SuspendingClock()
    private let bus: UnitBus
    private let hasBus: Bool
    private let opened: Instant
    private var isGreeted = false
    private var pending: [UInt64: (call: UnitCall, deadline: Instant)] = [:]
    /// Whether a question about a unit had no answer since the last sign of life was asked for.
    private var hasLate = false
    /// The time at which a reload of systemd, which answers nothing meanwhile, counts as over; `nil` while there is none.
    private var reloadEnd: Instant?
    private var checkDue: Instant
    private var listDue: Instant

    private static let mostPending = 16
    private static let longestReload = Duration.seconds(90)
    /// The most events of one turn, so that a storm of signals does not keep the rest from its turn.
    private static let mostEvents = 256

    /// Begins to connect.
    init(_ configuration: UnitWatchConfiguration, ledger: UnitLedger) throws(UnitBusError) {
        let address = configuration.address ?? .ofHost
        bus = try UnitBus(address)
        hasBus = if case .bus = address { true } else { false }
        self.configuration = configuration
        self.ledger = ledger
        self.ledger.forgetFiles()
        opened = clock.now
        checkDue = opened + configuration.checkInterval
        listDue = opened
    }

    /// Takes in what has come, and sends what is due.
    ///
    /// - Parameter isRead: whether somebody has read what is known since the last time it was asked.
    func turn(isRead: () -> Bool) throws(UnitBusError) {
        var events = 0
        while events < Self.mostEvents, let event = try bus.next() {
            try take(event)
            events += 1
        }
        let now = clock.now
        guard try greet(now) else { return }
        if let end = reloadEnd, now >= end { finishReload(now) }
        if reloadEnd == nil { try giveUpLate(now) }
        if now >= listDue {
            try send(.list(configuration.patterns.map(\.text) + ledger.realNames), now)
            listDue = now + configuration.recheckInterval
        }
        if now >= checkDue {
            checkDue = now + configuration.checkInterval
            if isRead() { ledger.refreshRunning(at: now) }
            // A question under way tells as well whether systemd answers, unless some have no answer.
            if pending.isEmpty || hasLate { try send(.ping, now) }
            hasLate = false
        }
        guard isListed, reloadEnd == nil else { return }
        for call in ledger.take(at: now, limit: Self.mostPending - pending.count, without: asked) { try send(call, now) }
    }

    /// The units about which a question is under way.
    private var asked: Set<String> { Set(pending.values.lazy.compactMap(\.call.unit)) }

    /// Gives up the questions that have no answer in time. What systemd does not say of one unit says nothing of the others; only one
    /// about systemd itself ends the conversation.
    private func giveUpLate(_ now: Instant) throws(UnitBusError) {
        for (cookie, question) in pending where question.deadline <= now {
            guard let unit = question.call.unit else { throw .timeout(call: question.call.name) }
            pending[cookie] = nil
            hasLate = true
            ledger.unanswered(unit, at: now)
            refusals.append(.timeout(call: question.call.name))
        }
    }

    /// Blocks until the next turn has something to do, or the wake-up is raised.
    func wait(_ wake: WakeUp) {
        let now = clock.now
        var next = isGreeted ? min(checkDue, listDue) : opened + configuration.deadline
        if isGreeted {
            if let end = reloadEnd {
                next = min(next, end)
            } else {
                if let deadline = pending.values.map(\.deadline).min() { next = min(next, deadline) }
                if isListed, pending.count < Self.mostPending, let due = ledger.nextDue(without: asked) {
                    next = min(next, due)
                }
            }
        }
        bus.wait(wake, atMost: max(.zero, now.duration(to: next)))
    }

    /// Whether the connection is made; asks for signals and the units once it is.
    private func greet(_ now: Instant) throws(UnitBusError) -> Bool {
        if isGreeted { return true }
        guard bus.isReady else {
            if now >= opened + configuration.deadline { throw .timeout(call: "Hello") }
            return false
        }
        isGreeted = true
        // Before the list, so that no change falls between.
        if hasBus { for call in UnitCall.matches { try send(call, now) } }
        try send(.subscribe, now)
        return true
    }

    private func send(_ call: UnitCall, _ now: Instant) throws(UnitBusError) {
        let cookie = try bus.send(call)
        pending[cookie] = (call, now + configuration.deadline)
        calls += 1
    }

    private func take(_ event: UnitBusEvent) throws(UnitBusError) {
        let now = clock.now
        switch event {
        case .reply(let cookie, let message):
            guard let call = pending.removeValue(forKey: cookie)?.call else { return }
            lastAnswer = apus_monotonic_nanoseconds()
            try take(message, of: call, now)
        case .refusal(let cookie, let name):
            guard let call = pending.removeValue(forKey: cookie)?.call else { return }
            try takeRefusal(of: call, name, now)
        // What a reload takes away and brings back is listed at its end.
        case .unitChanged(let unit), .unitLoaded(let unit): if reloadEnd == nil { ledger.changed(unit, at: now) }
        case .unitUnloaded(let unit): if reloadEnd == nil { ledger.unloaded(unit, at: now) }
        case .reloading(true): reloadEnd = now + Self.longestReload
        case .reloading(false): finishReload(now)
        case .ownerChanged, .disconnected: throw .disconnected
        case .other: break
        }
    }

    private func finishReload(_ now: Instant) {
        reloadEnd = nil
        listDue = now
        ledger.forgetFiles()
        for cookie in pending.keys { pending[cookie]?.deadline = now + configuration.deadline }
    }

    private func take(_ message: UnitBusMessage, of call: UnitCall, _ now: Instant) throws(UnitBusError) {
        switch call {
        case .list:
            guard let names = message.listed() else { throw .malformed(call: call.name) }
            ledger.listed(names, at: now)
            isListed = true
        case .properties(let unit):
            guard let state = message.unit(named: unit) else {
                refusals.append(.malformed(call: call.name))
                return
            }
            ledger.answered(state)
        case .fileState(let unit):
            guard let word = message.word() else {
                refusals.append(.malformed(call: call.name))
                return
            }
            ledger.answered(unit, file: word, at: now)
        case .match, .subscribe, .ping: break
        }
    }

    private static let notFound = [
        "org.freedesktop.DBus.Error.FileNotFound", "org.freedesktop.systemd1.NoSuchUnit",
        "org.freedesktop.DBus.Error.UnknownObject",
    ]

    private func takeRefusal(of call: UnitCall, _ name: String, _ now: Instant) throws(UnitBusError) {
        let error = UnitBusError.refused(call: call.name, name: name)
        switch call {
        case .fileState(let unit) where Self.notFound.contains(name):
            lastAnswer = apus_monotonic_nanoseconds()
            ledger.answered(unit, file: nil, at: now)
        case .properties(let unit) where Self.notFound.contains(name):
            lastAnswer = apus_monotonic_nanoseconds()
            ledger.refused(unit, at: now)
        case .fileState(let unit):
            // What is wrong with its file systemd says when it loads it.
            refusals.append(error)
            ledger.answered(unit, file: "", at: now)
        case .properties: refusals.append(error)
        case .match, .subscribe, .list, .ping: throw error
        }
    }
}
