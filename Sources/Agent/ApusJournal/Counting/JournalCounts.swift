import ApusLimits
package import ApusSystemd
import ApusMetrics

/// The totals of a journal's entries since they were first counted.
package struct JournalCounts: Sendable, Equatable {
    /// The name under which the units, containers and identifiers beyond the limit are counted.
    package static let otherUnits = "<other>"

    /// The entries by kind of name, in the order of ``JournalNameKind/place``.
    private var tallies: [JournalTally]
    package private(set) var events: [JournalEventSeries: UInt64]
    /// How many of the events are of units of users' managers.
    private var ownedEvents: Int
    /// The last errors by unit number, the oldest first.
    private(set) var errors: [Int: [JournalLastError]]
    /// What units have used, by unit number.
    private(set) var consumption: [Int: UnitConsumption]
    /// What was counted of each pattern, by its name.
    package internal(set) var patterns: [String: PatternCounts]
    /// How many entries were written and never seen, by the gaps in their sequence numbers: vacuumed before they were read, or in a
    /// damaged part of a file.
    package internal(set) var missing: UInt64
    /// How many fields a damaged or unknown encoding kept from being read.
    package private(set) var unreadable: UInt64

    package init() {
        self.init(
            tallies: JournalNameKind.allCases.map { _ in JournalTally() }, events: [:], errors: [:], consumption: [:],
            patterns: [:], missing: 0, unreadable: 0)
    }

    /// - Parameter tallies: one per ``JournalNameKind``.
    init(
        tallies: [JournalTally], events: [JournalEventSeries: UInt64], errors: [Int: [JournalLastError]],
        consumption: [Int: UnitConsumption], patterns: [String: PatternCounts], missing: UInt64, unreadable: UInt64
    ) {
        self.tallies = tallies
        self.events = events
        ownedEvents = events.keys.count { $0.owner != nil }
        self.errors = errors
        self.consumption = consumption
        self.patterns = patterns
        self.missing = missing
        self.unreadable = unreadable
    }

    /// The entries by the names of one kind.
    package internal(set) subscript(kind: JournalNameKind) -> JournalTally {
        _read { yield tallies[kind.place] }
        _modify { yield &tallies[kind.place] }
    }

    /// The names of units by number, as ``JournalTally/names``.
    package var units: [String] { self[.unit].names }
    /// How many times a unit that was silent gave its place to another; its series ended.
    package var unitsLeft: UInt64 { self[.unit].left }
    /// Whether units were without a place of late, and none could be made for them.
    package var isFull: Bool { self[.unit].isFull }

    /// The number of counted entries of units and of none.
    package var total: UInt64 { self[.unit].total }

    /// The number of entries of a unit and priority; 0 of a unit that has none.
    package func messages(unit: String, priority: JournalPriority) -> UInt64 {
        self[.unit].messages(of: unit, priority: priority)
    }

    /// Calls `body` with each unit that has counted an entry, and its entries by priority: nine.
    package func forEachUnit(_ body: (String, ArraySlice<UInt64>) -> Void) { self[.unit].forEach(body) }

    /// Calls `body` with each name of a kind that has counted an entry, the user whose it is, and the entries by priority: nine.
    package func forEach(_ kind: JournalNameKind, _ body: (JournalOwnedName, ArraySlice<UInt64>) -> Void) {
        self[kind].forEach { body(JournalOwnedName($0), $1) }
    }

    /// The last errors of a unit, or of the units that it is counted with, the latest first.
    package func errors(of unit: String) -> [JournalLastError] {
        (units.firstIndex(of: unit) ?? units.firstIndex(of: UnitNames.folded(unit))).flatMap { errors[$0] }?.reversed() ?? []
    }

    /// The last error of a unit.
    package func lastError(of unit: String) -> JournalLastError? {
        units.firstIndex(of: unit).flatMap { errors[$0]?.last }
    }

    /// The last error of each unit that has had one, the latest first.
    package var lastErrors: [(unit: String, error: JournalLastError)] {
        errors.compactMap { number, errors in errors.last.map { (unit: units[number], error: $0) } }
            .sorted { $0.error.realtime > $1.error.realtime }
    }

    /// What the ended runs of each unit have used, in the order of the units.
    package var consumptions: [(unit: String, consumption: UnitConsumption)] {
        consumption.sorted { $0.key < $1.key }.map { (unit: units[$0.key], consumption: $0.value) }
    }

    /// Lets go of what was counted by patterns that are gone or mean something else now, and begins those that are new.
    mutating func keepPatterns(_ present: [JournalPattern]) {
        var kept: [String: PatternCounts] = [:]
        for pattern in present {
            let counts = patterns[pattern.family.name]
            var fitting = PatternCounts(shape: pattern.shape)
            if let counts, counts.shape == pattern.shape {
                fitting = counts
                fitting.series = counts.series.filter { pattern.hasShape(of: $0.value, labels: $0.key) }
            }
            kept[pattern.family.name] = fitting
        }
        patterns = kept
    }

    /// Adds a run of entries.
    ///
    /// - Parameters:
    ///   - names: the names by number, those that the run has found included.
    ///   - seriesLimits: of the patterns, by name.
    ///   - now: seconds since 1970.
    /// - Returns: whether there was room for all series of events.
    mutating func add(
        _ batch: JournalBatch, names: JournalNameIndexes, limits: JournalLimits, seriesLimits: [String: Int], at now: UInt64
    ) -> Bool {
        for kind in JournalNameKind.allCases {
            self[kind].add(batch.cells[kind.place], names: names[kind].names, heard: batch.heard(kind), at: now)
        }
        for (unit, later) in batch.errors {
            var all = (errors[unit] ?? []) + later
            // Files are read one after the other: what is later may be older.
            if zip(all, all.dropFirst()).contains(where: { $0.realtime > $1.realtime }) {
                all.sort { $0.realtime < $1.realtime }
            }
            errors[unit] = all.suffix(limits.errors)
        }
        for (unit, runs) in batch.consumption { consumption[unit, default: UnitConsumption()].add(runs) }
        unreadable.addClamped(batch.unreadable)
        for (name, run) in batch.patterns {
            patterns[name, default: PatternCounts(shape: run.shape)].add(run, limit: seriesLimits[name] ?? 0)
        }
        return add(batch.events, names: names, limits: limits)
    }

    private mutating func add(_ found: [JournalEventSeries: UInt64], names: JournalNameIndexes, limits: JournalLimits) -> Bool {
        var hasRoom = true
        for (series, amount) in found {
            let kept = place(of: series, share: names.eventShare(of: series), limits)
            hasRoom = hasRoom && (kept.unit == series.unit)
            if kept.owner != nil, events[kept] == nil { ownedEvents += 1 }
            events[kept, default: 0].addClamped(amount)
        }
        return hasRoom
    }

    /// The series that an event is counted in: its own, one for all statuses of its unit, or one for all units.
    private func place(of series: JournalEventSeries, share: Int, _ limits: JournalLimits) -> JournalEventSeries {
        if events[series] != nil { return series }
        var series = series
        if !series.status.isEmpty,
            events.keys.count(where: { $0.unit == series.unit && $0.owner == series.owner })
                >= JournalFollowingLimits.eventSeriesOfUnit.value
        {
            series.status = "other"
        }
        if events[series] != nil { return series }
        // What users' managers tell has places of its own, of which a user has a share.
        let isRoom =
            series.owner == nil
            ? events.count - ownedEvents < limits.eventSeries * share
            : ownedEvents < limits.eventSeries / 2
                && events.keys.count { $0.owner == series.owner } < max(1, limits.eventSeries / 8)
        return isRoom
            ? series : JournalEventSeries(event: series.event, owner: series.owner.map { _ in "" }, unit: Self.otherUnits)
    }

    /// Takes their places from those of a kind who were silent longest, a tenth of the places at a time.
    ///
    /// Their series end, and are not added to those of ``otherUnits``: that would look like a burst of its entries.
    ///
    /// - Returns: whether any has left.
    mutating func makeRoom(_ kind: JournalNameKind, in index: JournalNameIndex, limits: JournalLimits, at now: UInt64) -> Bool {
        // A series of events too many is of nobody in particular.
        let isCrowded = { (name: String) in index.crowding.isNobody || index.isCrowded(name) }
        let leaving = self[kind].leaving(
            keeping: index.isKept, crowded: isCrowded, places: limits.names(kind), idle: limits.idle, at: now)
        guard !leaving.isEmpty else { return false }
        let before = self[kind].names
        leave(before.indices.filter { leaving.contains($0) }, of: kind, isForRoom: true)
        return true
    }

    /// Lets go of the names of a kind that are not chosen any more.
    mutating func keep(_ kind: JournalNameKind, where isChosen: (String) -> Bool) -> Bool {
        let leaving = self[kind].names.indices.dropFirst(2).filter { !isChosen(self[kind].names[$0]) }
        guard !leaving.isEmpty else { return false }
        leave(leaving, of: kind, isForRoom: false)
        return true
    }

    private mutating func leave(_ numbers: [Int], of kind: JournalNameKind, isForRoom: Bool) {
        let leaving = Set(numbers)
        let staying = self[kind].names.indices.filter { !leaving.contains($0) }
        let names = Set(leaving.map { self[kind].names[$0] })
        switch kind {
        case .unit:
            events = events.filter { $0.key.owner != nil || !names.contains($0.key.unit) }
            errors = renumbered(errors, staying)
            consumption = renumbered(consumption, staying)
        case .userUnit:
            events = events.filter { $0.key.ownedName.map { !names.contains($0.text) } ?? true }
            ownedEvents = events.keys.count { $0.owner != nil }
        case .container, .identifier: break
        }
        self[kind].keep(staying, isForRoom: isForRoom)
    }

    private func renumbered<Value>(_ values: [Int: Value], _ staying: [Int]) -> [Int: Value] {
        var moved: [Int: Value] = [:]
        for (number, before) in staying.enumerated() { moved[number] = values[before] }
        return moved
    }
}
