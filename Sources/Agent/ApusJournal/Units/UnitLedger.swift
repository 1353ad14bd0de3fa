/// The record of which units are watched, what was heard of them, and what is to be asked next.
///
/// A plain value: times come from outside, and nothing here knows of a bus. A unit is asked for its properties while systemd holds it in
/// memory. Asking for another one makes systemd load it and let go of it again, with a signal each: a circle, so that it is done once for
/// each file, to learn which unit a name stands for and what systemd thinks of the file.
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
        /// The word of systemd for the file of a unit that is not loaded.
        var file: String?
        /// What systemd makes of that file; `nil` until it was asked for.
        var fileLoadState: String?
        /// Whether a question is due, or under way, that makes systemd load the unit.
        var isProbed = false
        /// The unit that the name is an alias of.
        var realName: String?
    }

    package let patterns: [UnitPattern]
    private let limits: Limits
    private let expected: Set<String>
    private var entries: [String: Entry]
    /// The units that match and are not watched because of the limit.
    package private(set) var ignored: Set<String> = []
    /// The globs by which units match that are not watched.
    package var crowdedGlobs: [String] {
        patterns.filter { pattern in pattern.isGlob && ignored.contains { pattern.matches($0) } }.map(\.text)
    }
    /// The most units that are watched.
    package var mostUnits: Int { limits.units }
    /// A number that rises with each change of ``states``.
    package private(set) var revision: UInt64 = 0
    private var burst: (end: Instant, left: Int)?
    /// The watched names by the unit that they are aliases of.
    private var aliases: [String: Set<String>] = [:]

    package init(patterns: [UnitPattern], limits: Limits = Limits()) {
        self.patterns = patterns
        self.limits = limits
        expected = Set(patterns.filter { !$0.isGlob }.map(\.text))
        entries = Dictionary(uniqueKeysWithValues: expected.map { ($0, Entry()) })
    }

    /// What is known of each unit, sorted by name.
    package var states: [UnitState] { entries.values.compactMap(\.state).sorted { $0.name < $1.name } }

    /// The units that watched names are aliases of.
    package var realNames: [String] { aliases.keys.sorted() }

    /// Takes over which units are loaded, of those that match and of ``realNames``; each is to be asked about.
    package mutating func listed(_ names: [String], at now: Instant) {
        let listed = Set(names)
        // First who has gone, as it leaves its place to others.
        for (name, entry) in entries where !listed.contains(name) {
            if expected.contains(name) {
                entries[name]?.isLoaded = entry.realName.map { listed.contains($0) } ?? false
                entries[name]?.isProbed = false
            } else {
                entries[name] = nil
            }
        }
        revision += 1
        ignored.formIntersection(listed)
        for name in names where watches(name) { entries[name, default: Entry()].isLoaded = true }
        for name in entries.keys { ask(name, at: now) }
    }

    /// Takes note of a signal that tells of a loaded unit.
    package mutating func changed(_ name: String, at now: Instant) {
        for alias in aliases[name] ?? [] {
            entries[alias]?.isLoaded = true
            ask(alias, at: now + limits.debounce)
        }
        guard watches(name) else { return }
        entries[name, default: Entry()].isLoaded = true
        ask(name, at: now + limits.debounce)
    }

    /// Takes note that systemd holds a unit no longer. One that is expected has stopped, or its file is gone; of others there
    /// is nothing to say.
    package mutating func unloaded(_ name: String, at now: Instant) {
        ignored.remove(name)
        for alias in aliases[name] ?? [] { letGo(alias, at: now) }
        guard entries[name] != nil else { return }
        guard expected.contains(name) else {
            entries[name] = nil
            revision += 1
            fillPlaces(at: now)
            return
        }
        letGo(name, at: now)
    }

    /// Watches units that found no place, where there is one now.
    private mutating func fillPlaces(at now: Instant) {
        while entries.count < limits.units, let name = ignored.min() {
            ignored.remove(name)
            entries[name] = Entry(isLoaded: true)
            ask(name, at: now + limits.debounce)
        }
    }

    private mutating func letGo(_ name: String, at now: Instant) {
        entries[name]?.isLoaded = false
        entries[name]?.due = nil
        ask(name, at: now + limits.debounce)
    }

    /// Takes note that systemd knows of no unit under a name that it was asked to tell of.
    package mutating func refused(_ name: String, at now: Instant) {
        guard entries[name]?.isProbed == true, entries[name]?.isLoaded == false else { return unloaded(name, at: now) }
        answer(name)
        entries[name]?.isProbed = false
        entries[name]?.fileLoadState = "not-found"
        rest(name, "not-found")
    }

    /// Has the files of units that are not loaded judged anew: systemd has loaded its configuration again, or is another one.
    package mutating func forgetFiles() {
        for name in entries.keys { entries[name]?.fileLoadState = nil }
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
            return entries[name].map { $0.isLoaded || $0.isProbed } == true ? .properties(name) : .fileState(name)
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
        let name = state.name
        answer(name)
        guard let entry = entries[name] else { return }
        setRealName(of: name, state.id == name ? nil : state.id)
        if entry.isProbed {
            entries[name]?.isProbed = false
            entries[name]?.fileLoadState = state.loadState
            // An alias has no signals of its own: that its unit is loaded is seen here alone.
            if state.id != name, state.activeState != "inactive" { entries[name]?.isLoaded = true }
            if !entry.isLoaded, state.activeState == "inactive" { return rest(name, state.loadState) }
        }
        guard entry.state != state else { return }
        entries[name]?.state = state
        revision += 1
    }

    /// Takes in the answer to ``UnitCall/fileState(_:)``, which is void if the unit has been loaded since.
    ///
    /// - Parameter file: systemd's word for the unit's file; `nil` where there is none.
    package mutating func answered(_ name: String, file: String?, at now: Instant) {
        answer(name)
        guard let entry = entries[name], !entry.isLoaded else { return }
        // No unit is ever loaded under a template's own name.
        guard let file, !Self.isTemplate(name) else {
            setRealName(of: name, nil)
            return rest(name, "not-found")
        }
        if file == "masked" || file == "masked-runtime" {
            setRealName(of: name, nil)
            return rest(name, "masked")
        }
        if file == entry.file, let loadState = entry.fileLoadState { return rest(name, loadState) }
        entries[name]?.file = file
        entries[name]?.isProbed = true
        // At once: it is asked so seldom.
        entries[name]?.due = now
    }

    /// Whether a unit's name lacks the instance: `getty@.service`.
    private static func isTemplate(_ name: String) -> Bool {
        name.utf8.lastIndex(of: UInt8(ascii: ".")).map { name[..<$0].utf8.last == UInt8(ascii: "@") } ?? false
    }

    /// Notes the state of a unit that systemd does not hold in memory.
    private mutating func rest(_ name: String, _ loadState: String) {
        guard let entry = entries[name] else { return }
        var state = UnitState(unloaded: name, loadState: loadState)
        state.id = entry.realName ?? name
        // Of one that was let go of before it could be asked, nobody knows when it stopped.
        if entry.state?.activeState == state.activeState { state.stateChange = entry.state?.stateChange }
        guard entry.state != state else { return }
        entries[name]?.state = state
        revision += 1
    }

    private mutating func setRealName(of name: String, _ real: String?) {
        let former = entries[name]?.realName
        guard expected.contains(name), former != real else { return }
        if let former {
            aliases[former]?.remove(name)
            if aliases[former]?.isEmpty ?? false { aliases[former] = nil }
        }
        entries[name]?.realName = real
        if let real { aliases[real, default: []].insert(name) }
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
        ignored.remove(name)
        return true
    }
}
