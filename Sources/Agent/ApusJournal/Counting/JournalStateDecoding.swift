import ApusSystemd

/// The state that the lines of its file make, one after the other.
struct JournalStateDecoding {
    private var cursor: JournalCursor?
    private var positions: [JournalID: JournalPosition] = [:]
    private var writers: [String: JournalWriter] = [:]
    private var lastHeard: [UInt64] = []
    private var unitsLeft: UInt64 = 0
    private var units: [String] = []
    private var cells: [UInt64] = []
    private var events: [JournalEventSeries: UInt64] = [:]
    private var errors: [Int: [JournalLastError]] = [:]
    private var consumption: [Int: UnitConsumption] = [:]
    private var patterns: [String: PatternCounts] = [:]
    /// The pattern whose series the next lines are.
    private var pattern: String?
    private var missing: UInt64 = 0
    private var unreadable: UInt64 = 0

    mutating func take(_ columns: [String]) throws(JournalStateFault) {
        switch (columns.first, columns.count) {
        case ("cursor", 2):
            do throws(JournalError) { cursor = try JournalCursor(columns[1]) } catch { throw .content(columns[1]) }
        case ("file", 5), ("file", 8): try takeFile(columns)
        case ("writer", 6):
            var writer = JournalWriter(settled: try entry(columns[2]))
            writer.highest = max(writer.settled, try entry(columns[3]))
            writer.read = try number(columns[4])
            writer.boot = JournalID(hex: columns[5])
            writers[columns[1]] = writer
        case ("left", 2): unitsLeft = try number(columns[1])
        case ("missing", 2): missing = try number(columns[1])
        case ("unreadable", 2): unreadable = try number(columns[1])
        case ("unit", 2 + JournalPriority.count), ("unit", 3 + JournalPriority.count):
            units.append(columns[1])
            for column in columns[2..<2 + JournalPriority.count] { cells.append(try number(column)) }
            // Earlier versions did not keep it.
            lastHeard.append(columns.count == 3 + JournalPriority.count ? try number(columns[columns.count - 1]) : 0)
        case ("error", 4), ("error", 5):
            guard let priority = UInt8(columns[2]).flatMap(JournalPriority.init(rawValue:)), !units.isEmpty else {
                throw .content(columns[2])
            }
            errors[units.count - 1, default: []].append(
                JournalLastError(
                    realtime: try number(columns[1]), priority: priority, message: columns[3],
                    cursor: columns.count == 5 ? columns[4] : ""))
        case ("used", 1 + UnitResource.allCases.count):
            guard !units.isEmpty else { throw .content("used") }
            var values: [UInt64?] = []
            for column in columns.dropFirst() { values.append(column == "-" ? nil : try number(column)) }
            consumption[units.count - 1] = UnitConsumption(values: values)
        case ("event", 6):
            guard let event = JournalEvent(rawValue: columns[1]) else { throw .content(columns[1]) }
            let series = JournalEventSeries(event: event, unit: columns[2], cause: columns[3], status: columns[4])
            events[series] = try number(columns[5])
        case ("pattern", 5):
            var counts = PatternCounts(shape: columns[2])
            counts.dropped = try number(columns[3])
            counts.failed = try number(columns[4])
            patterns[columns[1]] = counts
            pattern = columns[1]
        case ("matched", _):
            guard let pattern, patterns[pattern]?.take(columns) == true else { throw .content("matched") }
        default: throw .content(columns.first ?? "")
        }
    }

    private mutating func takeFile(_ columns: [String]) throws(JournalStateFault) {
        guard let file = JournalID(hex: columns[1]), let series = JournalID(hex: columns[2]) else { throw .content("file") }
        var position = JournalPosition(
            sequenceID: series, sequence: try entry(columns[3]), listing: try entry(columns[4]))
        if columns.count == 8 {
            guard let boot = JournalID(hex: columns[5]) else { throw .content("file") }
            position.span = BootSpan(boot: boot, first: try number(columns[6]), last: try number(columns[7]))
        }
        positions[file] = position
    }

    func state() throws(JournalStateFault) -> JournalState {
        guard units.count >= 2, units[UnitIndex.none].isEmpty, units[UnitIndex.others] == JournalCounts.otherUnits else {
            throw .content("unit")
        }
        return JournalState(
            cursor: cursor, places: JournalPlaces(positions: positions, writers: writers),
            counts: JournalCounts(
                units: units, cells: cells, lastHeard: lastHeard, events: events, errors: errors, consumption: consumption,
                patterns: patterns, missing: missing, unitsLeft: unitsLeft, unreadable: unreadable))
    }

    /// Reads the number of an entry or of a look at the folders, which is counted on from.
    private func entry(_ text: String) throws(JournalStateFault) -> UInt64 {
        let number = try number(text)
        guard number <= 2 * JournalFileHeader.mostEntries else { throw .content(text) }
        return number
    }

    private func number(_ text: String) throws(JournalStateFault) -> UInt64 {
        guard let number = UInt64(text) else { throw .content(text) }
        return number
    }
}
