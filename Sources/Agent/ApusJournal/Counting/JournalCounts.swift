import ApusLimits
package import ApusSystemd
import ApusMetrics

/// The totals of a journal's entries since they were first counted.
package struct JournalCounts: Sendable, Equatable {
    /// The unit under which those beyond the limit are counted.
    package static let otherUnits = "<other>"
    private static let priorities = JournalPriority.count

    /// The names of units by number: entries of no unit under an empty name, then ``otherUnits``, then the units in the order
    /// they appeared in.
    package private(set) var units: [String]
    /// The numbers of entries, nine for each unit, by priority.
    private(set) var cells: [UInt64]
    package private(set) var events: [JournalEventSeries: UInt64]
    /// The times at which units were last heard of, in seconds since 1970, by number.
    private(set) var lastHeard: [UInt64]
    /// The last errors by unit number, the oldest first.
    private(set) var errors: [Int: [JournalLastError]]
    /// What units have used, by unit number.
    private(set) var consumption: [Int: UnitConsumption]
    /// What was counted of each pattern, by its name.
    package internal(set) var patterns: [String: PatternCounts]
    /// How many entries were written and never seen, by the gaps in their sequence numbers: vacuumed before they were read, or in a
    /// damaged part of a file.
    package internal(set) var missing: UInt64
    /// How many times a unit that was silent gave its place to another; its series ended.
    package private(set) var unitsLeft: UInt64
    /// Whether units were without a place of late, and none could be made for them.
    package internal(set) var isFull = false
    /// How many fields a damaged or unknown encoding kept from being read.
    package private(set) var unreadable: UInt64

    package init() {
        self.init(
            units: ["", Self.otherUnits], cells: Array(repeating: 0, count: 2 * Self.priorities), lastHeard: [0, 0],
            events: [:],
            errors: [:], consumption: [:], patterns: [:], missing: 0, unitsLeft: 0, unreadable: 0)
    }

    init(
        units: [String], cells: [UInt64], lastHeard: [UInt64], events: [JournalEventSeries: UInt64],
        errors: [Int: [JournalLastError]], consumption: [Int: UnitConsumption], patterns: [String: PatternCounts],
        missing: UInt64, unitsLeft: UInt64, unreadable: UInt64
    ) {
        self.units = units
        self.cells = cells
        self.lastHeard = lastHeard
        self.events = events
        self.errors = errors
        self.consumption = consumption
        self.patterns = patterns
        self.missing = missing
        self.unitsLeft = unitsLeft
        self.unreadable = unreadable
    }

    /// The number of counted entries.
    package var total: UInt64 { cells.reduce(0) { $0.clampedSum($1) } }

    /// The number of entries of a unit and priority; 0 of a unit that has none.
    package func messages(unit: String, priority: JournalPriority) -> UInt64 {
        guard let number = units.firstIndex(of: unit) else { return 0 }
        return cells[number * Self.priorities + Int(priority.rawValue)]
    }

    /// Calls `body` with each unit that has counted an entry, and its entries by priority: nine.
    package func forEachUnit(_ body: (String, ArraySlice<UInt64>) -> Void) {
        for (number, unit) in units.enumerated() {
            let counts = cells[number * Self.priorities..<(number + 1) * Self.priorities]
            if counts.contains(where: { $0 > 0 }) { body(unit, counts) }
        }
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
    ///   - units: the units by number, those that the run has found included.
    ///   - seriesLimits: of the patterns, by name.
    ///   - now: seconds since 1970.
    /// - Returns: whether there was room for all series of events.
    mutating func add(
        _ batch: JournalBatch, units index: UnitIndex, limits: JournalLimits, seriesLimits: [String: Int], at now: UInt64
    ) -> Bool {
        if index.names.count > units.count {
            units = index.names
            cells.append(contentsOf: repeatElement(0, count: units.count * Self.priorities - cells.count))
            lastHeard.append(contentsOf: repeatElement(now, count: units.count - lastHeard.count))
        }
        for cell in batch.cells {
            cells[Int(cell)].addClamped(1)
            lastHeard[Int(cell) / Self.priorities] = now
        }
        for unit in batch.subjects { lastHeard[unit] = now }
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
        return add(batch.events, units: index, limits: limits)
    }

    private mutating func add(_ found: [JournalEventSeries: UInt64], units index: UnitIndex, limits: JournalLimits) -> Bool {
        var hasRoom = true
        for (series, amount) in found {
            let kept = place(of: series, isKept: index.isKept(series.unit), limits)
            hasRoom = hasRoom && (kept.unit == series.unit)
            events[kept, default: 0].addClamped(amount)
        }
        return hasRoom
    }

    /// The series that an event is counted in: its own, one for all statuses of its unit, or one for all units.
    private func place(of series: JournalEventSeries, isKept: Bool, _ limits: JournalLimits) -> JournalEventSeries {
        if events[series] != nil { return series }
        var series = series
        if !series.status.isEmpty,
            events.keys.count(where: { $0.unit == series.unit }) >= JournalFollowingLimits.eventSeriesOfUnit.value
        {
            series = JournalEventSeries(event: series.event, unit: series.unit, cause: series.cause, status: "other")
        }
        let isRoom = events[series] != nil || events.count < limits.eventSeries * (isKept ? 2 : 1)
        return isRoom ? series : JournalEventSeries(event: series.event, unit: Self.otherUnits, cause: "", status: "")
    }

    /// Takes their places from the units that were silent longest, a tenth of them at a time.
    ///
    /// Their series end, and are not added to those of ``otherUnits``: that would look like a burst of its entries.
    ///
    /// - Returns: whether any has left.
    mutating func makeRoom(keeping isKept: (String) -> Bool, limits: JournalLimits, at now: UInt64) -> Bool {
        let silent = units.indices.dropFirst(2).filter { number in
            lastHeard[number].clampedSum(UInt64(limits.idle.components.seconds)) <= now && !isKept(units[number])
        }
        let leaving = Set(
            silent.sorted { (lastHeard[$0], $0) < (lastHeard[$1], $1) }.prefix(max(1, limits.units / 10)))
        guard !leaving.isEmpty else { return false }
        let staying = units.indices.filter { !leaving.contains($0) }
        let names = Set(leaving.map { units[$0] })
        events = events.filter { !names.contains($0.key.unit) }
        errors = renumbered(errors, staying)
        consumption = renumbered(consumption, staying)
        cells = staying.flatMap { cells[$0 * Self.priorities..<($0 + 1) * Self.priorities] }
        lastHeard = staying.map { lastHeard[$0] }
        units = staying.map { units[$0] }
        unitsLeft.addClamped(UInt64(leaving.count))
        return true
    }

    private func renumbered<Value>(_ values: [Int: Value], _ staying: [Int]) -> [Int: Value] {
        var moved: [Int: Value] = [:]
        for (number, before) in staying.enumerated() { moved[number] = values[before] }
        return moved
    }
}
