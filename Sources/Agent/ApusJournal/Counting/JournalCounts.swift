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
            units: ["", Self.otherUnits], cells: Array(repeating: 0, count: 2 * Self.priorities), events: [:], errors: [:],
            consumption: [:], patterns: [:], missing: 0, unreadable: 0)
    }

    init(
        units: [String], cells: [UInt64], events: [JournalEventSeries: UInt64], errors: [Int: [JournalLastError]],
        consumption: [Int: UnitConsumption], patterns: [String: PatternCounts], missing: UInt64, unreadable: UInt64
    ) {
        self.units = units
        self.cells = cells
        self.events = events
        self.errors = errors
        self.consumption = consumption
        self.patterns = patterns
        self.missing = missing
        self.unreadable = unreadable
    }

    /// The number of counted entries.
    package var total: UInt64 { cells.reduce(0, +) }

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

    /// The last errors of a unit, the latest first.
    package func errors(of unit: String) -> [JournalLastError] {
        units.firstIndex(of: unit).flatMap { errors[$0] }?.reversed() ?? []
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
            kept[pattern.family.name] = counts?.shape == pattern.shape ? counts : PatternCounts(shape: pattern.shape)
        }
        patterns = kept
    }

    /// Adds a run of entries.
    ///
    /// - Parameters:
    ///   - names: the units by number, those that the run has found included.
    ///   - seriesLimits: of the patterns, by name.
    mutating func add(_ batch: JournalBatch, names: [String], limits: JournalLimits, seriesLimits: [String: Int]) {
        if names.count > units.count {
            units = names
            cells.append(contentsOf: repeatElement(0, count: names.count * Self.priorities - cells.count))
        }
        for cell in batch.cells { cells[Int(cell)] += 1 }
        for (unit, later) in batch.errors {
            let earlier = errors[unit] ?? []
            errors[unit] = (earlier + later).suffix(limits.errors)
        }
        for (unit, runs) in batch.consumption { consumption[unit, default: UnitConsumption()].add(runs) }
        unreadable += batch.unreadable
        for (name, run) in batch.patterns {
            patterns[name, default: PatternCounts(shape: run.shape)].add(run, limit: seriesLimits[name] ?? 0)
        }
        for (series, amount) in batch.events {
            let isRoom = events[series] != nil || events.count < limits.eventSeries
            let kept =
                isRoom ? series : JournalEventSeries(event: series.event, unit: Self.otherUnits, cause: "", status: "")
            let (sum, overflow) = events[kept, default: 0].addingReportingOverflow(amount)
            events[kept] = overflow ? .max : sum
        }
    }
}
