/// The record of which units are watched, what was heard of them, and what is to be asked next.
///
/// A plain value: times come from outside, and nothing here knows of a bus. A unit is asked for its properties only while systemd
/// holds it in memory. Asking for another one would make systemd load it and let go of it again, with a signal each: a circle.
package struct UnitLedger {
    package typealias Instant = SuspendingClock.Instant

    package struct Limits: Sendable {
        /// The time from a change to the question, so that the changes of one moment make one question.
        package var debounce = Duration.milliseconds(20)
        /// The time between two questions about one unit.
        package var spacing = Duration.milliseconds(200)
        /// The most units that are watched.
        package var units: Int
        /// The most questions in a tenth of a second.
        package var burst = 20
        /// The time from a question without an answer to the next one, doubled with each, four times at most.
        package var retry = Duration.seconds(15)
        /// The time without an answer after which what was known is worth nothing.
        package var forgetting = Duration.seconds(300)

        package init(units: Int = 1000) { self.units = units }
    }

    private struct Entry {
        var state: UnitState?
        var isLoaded = false
        /// The time of the next question; `nil` when nothing is to be asked.
        var due: Instant?
        var asked: Instant?
        /// Since when questions have no answer, and how many.
        var lateSince: Instant?
        var late = 0
    }

    package let patterns: [UnitPattern]
    private let limits: Limits
    private let expected: Set<String>
    private var entries: [String: Entry]
    /// The units that match and are not watched because of the limit.
    package private(set) var ignored: Set<String> = []
    /// A number that rises with each change of ``states``.
    package private(set) var revision: UInt64 = 0
    private var burst: (end: Instant, left: Int)?

    package init(patterns: [UnitPattern], limits: Limits = Limits()) {
        self.patterns = patterns
        self.limits = limits
        expected = Set(patterns.filter { !$0.isGlob }.map(\.text))
        entries = Dictionary(uniqueKeysWithValues: expected.map { ($0, Entry()) })
    }

    /// What is known of each unit, sorted by name.
    package var states: [UnitState] { entries.values.compactMap(\.state).sorted { $0.name < $1.name } }

    /// Takes over which units are loaded, of those that match; each is to be asked about.
    package mutating func listed(_ names: [String], at now: Instant) {
        let listed = Set(names)
        for name in names where watches(name) { entries[name, default: Entry()].isLoaded = true }
        for name in entries.keys where !listed.contains(name) {
            if expected.contains(name) { entries[name]?.isLoaded = false } else { entries[name] = nil }
        }
        revision += 1
        ignored.formIntersection(listed)
        for name in entries.keys { ask(name, at: now) }
    }

    /// Takes note of a signal that tells of a loaded unit.
    package mutating func changed(_ name: String, at now: Instant) {
        guard watches(name) else { return }
        entries[name, default: Entry()].isLoaded = true
        ask(name, at: now + limits.debounce)
    }

    /// Takes note that systemd holds a unit no longer. One that is expected has stopped, or its file is gone; of others there
    /// is nothing to say.
    package mutating func unloaded(_ name: String, at now: Instant) {
        ignored.remove(name)
        guard entries[name] != nil else { return }
        guard expected.contains(name) else {
            entries[name] = nil
            revision += 1
            return
        }
        entries[name]?.isLoaded = false
        entries[name]?.due = nil
        ask(name, at: now + limits.debounce)
    }

    /// Asks about every unit that runs, because what systemd accounts changes without a signal.
    package mutating func refreshRunning(at now: Instant) {
        for (name, entry) in entries where entry.isLoaded && entry.state?.isRunning == true { ask(name, at: now) }
    }

    /// The questions that are due, the oldest first.
    ///
    /// - Parameter asked: units about which a question is under way: they have their turn when it is answered or given up.
    package mutating func take(at now: Instant, limit: Int, without asked: Set<String> = []) -> [UnitCall] {
        if burst.map({ now >= $0.end }) ?? true { burst = (now + .milliseconds(100), limits.burst) }
        let allowed = min(limit, burst?.left ?? 0)
        guard allowed > 0 else { return [] }
        let due = entries.compactMap { name, entry in
            entry.due.flatMap { $0 <= now && !asked.contains(name) ? (name: name, due: $0) : nil }
        }
        let taken = due.sorted { ($0.due, $0.name) < ($1.due, $1.name) }.prefix(allowed)
        burst?.left -= taken.count
        return taken.map { name, _ in
            entries[name]?.due = nil
            entries[name]?.asked = now
            return entries[name]?.isLoaded == true ? .properties(name) : .fileState(name)
        }
    }

    /// The time at which ``take(at:limit:)`` has something to do again; `nil` when it will not.
    package var nextDue: Instant? { nextDue(without: []) }

    /// The same, while questions about some units are under way.
    package func nextDue(without asked: Set<String>) -> Instant? {
        guard let next = entries.lazy.filter({ !asked.contains($0.key) }).compactMap(\.value.due).min() else { return nil }
        guard let burst, burst.left == 0 else { return next }
        return max(next, burst.end)
    }

    /// Takes in the answer to ``UnitCall/properties(_:)``.
    package mutating func answered(_ state: UnitState) {
        answer(state.name)
        guard let entry = entries[state.name], entry.state != state else { return }
        entries[state.name]?.state = state
        revision += 1
    }

    /// Takes in the answer to ``UnitCall/fileState(_:)``, which is void if the unit has been loaded since.
    package mutating func answered(_ name: String, isThere: Bool) {
        answer(name)
        guard let entry = entries[name], !entry.isLoaded else { return }
        var state = UnitState(unloaded: name, isThere: isThere)
        // Of one that was let go of before it could be asked, nobody knows when it stopped.
        if entry.state?.activeState == state.activeState { state.stateChange = entry.state?.stateChange }
        entries[name]?.state = state
        revision += 1
    }

    private mutating func answer(_ name: String) {
        entries[name]?.lateSince = nil
        entries[name]?.late = 0
    }

    /// Takes note that a question about a unit had no answer in time: the unit alone is asked again, later each time, and after
    /// ``Limits/forgetting`` nothing is known of it.
    package mutating func unanswered(_ name: String, at now: Instant) {
        guard var entry = entries[name] else { return }
        entry.late += 1
        entry.lateSince = entry.lateSince ?? now
        entry.due = now + limits.retry * (1 << min(entry.late - 1, 4))
        if let since = entry.lateSince, now >= since + limits.forgetting, entry.state != nil {
            entry.state = nil
            revision += 1
        }
        entries[name] = entry
    }

    private mutating func ask(_ name: String, at time: Instant) {
        guard let entry = entries[name] else { return }
        let spaced = entry.asked.map { max(time, $0 + limits.spacing) } ?? time
        entries[name]?.due = entry.due.map { min($0, spaced) } ?? spaced
    }

    private mutating func watches(_ name: String) -> Bool {
        if entries[name] != nil { return true }
        guard patterns.contains(where: { $0.matches(name) }) else { return false }
        guard entries.count < limits.units else {
            // As many again are remembered, to be told of; no host has more.
            if ignored.count < limits.units { ignored.insert(name) }
            return false
        }
        return true
    }
}
