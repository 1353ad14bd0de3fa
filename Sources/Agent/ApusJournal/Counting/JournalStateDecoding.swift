import ApusSystemd

/// The state that the lines of its file make, one after the other.
struct JournalStateDecoding {
    private var cursor: JournalCursor?
    private var positions: [JournalID: JournalPosition] = [:]
    private var writers: [String: JournalWriter] = [:]
    private var units = Names()
    /// The names of other kinds; none in a file of an earlier version.
    private var names: [JournalNameKind: Names] = [:]
    private var events: [JournalEventSeries: UInt64] = [:]
    private var errors: [Int: [JournalLastError]] = [:]
    private var consumption: [Int: UnitConsumption] = [:]
    private var patterns: [String: PatternCounts] = [:]
    /// The pattern whose series the next lines are.
    private var pattern: String?
    private var missing: UInt64 = 0
    private var unreadable: UInt64 = 0

    /// The names of one kind, with the entries and the time of each.
    private struct Names {
        var names: [String] = []
        var cells: [UInt64] = []
        var lastHeard: [UInt64] = []
        var left: UInt64 = 0

        mutating func append(_ name: String, _ figures: [UInt64]) {
            names.append(name)
            cells += figures.prefix(JournalPriority.count)
            // Earlier versions did not keep it.
            lastHeard.append(figures.count > JournalPriority.count ? figures[JournalPriority.count] : 0)
        }

        var tally: JournalTally { JournalTally(names: names, cells: cells, lastHeard: lastHeard, left: left) }
    }

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
        case ("left", 2): units.left = try number(columns[1])
        case ("left", 3): names[try kind(columns[2]), default: Names()].left = try number(columns[1])
        case ("name", 4 + JournalPriority.count):
            names[try kind(columns[1]), default: Names()].append(columns[2], try numbers(columns.dropFirst(3)))
        case ("missing", 2): missing = try number(columns[1])
        case ("unreadable", 2): unreadable = try number(columns[1])
        case ("unit", 2 + JournalPriority.count), ("unit", 3 + JournalPriority.count):
            units.append(columns[1], try numbers(columns.dropFirst(2)))
        case ("error", 4), ("error", 5):
            guard let priority = UInt8(columns[2]).flatMap(JournalPriority.init(rawValue:)), !units.names.isEmpty else {
                throw .content(columns[2])
            }
            errors[units.names.count - 1, default: []].append(
                JournalLastError(
                    realtime: try number(columns[1]), priority: priority, message: columns[3],
                    cursor: columns.count == 5 ? columns[4] : ""))
        case ("used", 1 + UnitResource.allCases.count):
            guard !units.names.isEmpty else { throw .content("used") }
            var values: [UInt64?] = []
            for column in columns.dropFirst() { values.append(column == "-" ? nil : try number(column)) }
            consumption[units.names.count - 1] = UnitConsumption(values: values)
        case ("event", 6), ("event", 7):
            guard let event = JournalEvent(rawValue: columns[1]) else { throw .content(columns[1]) }
            let series = JournalEventSeries(
                event: event, owner: columns.count == 7 ? columns[6] : nil, unit: columns[2], cause: columns[3],
                status: columns[4])
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
        var tallies = [units.tally]
        for kind in JournalNameKind.allCases where kind != .unit {
            guard var names = names[kind], !names.names.isEmpty else {
                tallies.append(JournalTally())
                continue
            }
            names.names.insert("", at: 0)
            names.cells.insert(contentsOf: repeatElement(0, count: JournalPriority.count), at: 0)
            names.lastHeard.insert(0, at: 0)
            tallies.append(names.tally)
        }
        for tally in tallies {
            guard tally.names.count >= 2, tally.names[JournalNameIndex.none].isEmpty,
                tally.names[JournalNameIndex.others] == JournalCounts.otherUnits
            else { throw .content("unit") }
        }
        return JournalState(
            cursor: cursor, places: JournalPlaces(positions: positions, writers: writers),
            counts: JournalCounts(
                tallies: tallies, events: events, errors: errors, consumption: consumption, patterns: patterns,
                missing: missing, unreadable: unreadable))
    }

    private func kind(_ text: String) throws(JournalStateFault) -> JournalNameKind {
        guard let kind = JournalNameKind(rawValue: text), kind != .unit else { throw .content(text) }
        return kind
    }

    private func numbers(_ columns: ArraySlice<String>) throws(JournalStateFault) -> [UInt64] {
        var numbers: [UInt64] = []
        for column in columns { numbers.append(try number(column)) }
        return numbers
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
