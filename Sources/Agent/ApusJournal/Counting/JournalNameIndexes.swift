/// The names of all kinds, each kind numbered by itself.
struct JournalNameIndexes {
    private var indexes: [JournalNameIndex]

    init(of counts: JournalCounts, _ configuration: JournalFollowerConfiguration) {
        indexes = JournalNameKind.allCases.map { kind in
            JournalNameIndex(
                names: counts[kind].names,
                rule: JournalNameRule(
                    kind: kind, limit: configuration.limits.names(kind), counted: configuration.units,
                    watched: configuration.watched, choice: configuration.choice[kind]))
        }
    }

    subscript(kind: JournalNameKind) -> JournalNameIndex {
        _read { yield indexes[kind.place] }
        _modify { yield &indexes[kind.place] }
    }

    /// How far the events of a series' unit go beyond the bound that holds for units that nobody watches, as a factor.
    func eventShare(of series: JournalEventSeries) -> Int {
        series.ownedName.map { self[.userUnit].eventShare(of: $0.text) } ?? self[.unit].eventShare(of: series.unit)
    }
}

/// Where the process runs that wrote an entry, by the unit that journald knows.
enum JournalWriterPlace: Equatable {
    /// In no unit, or in a scope: a session's, PID 1's own, a container's.
    case noService
    case service
    /// Below a user's service manager; the user's number.
    case userManager(String)

    init(unit: UnsafeRawBufferPointer) {
        let suffix = 8
        // No other type of unit ends so.
        guard unit.count > suffix, unit[unit.count - suffix] == UInt8(ascii: "."),
            unit[unit.count - suffix + 1] == UInt8(ascii: "s"),
            unit[unit.count - suffix + 2] == UInt8(ascii: "e"), unit[unit.count - 1] == UInt8(ascii: "e")
        else {
            self = .noService
            return
        }
        guard unit[0] == UInt8(ascii: "u"), unit.starts(with: "user@".utf8) else {
            self = .service
            return
        }
        let digits = unit.dropLast(suffix).dropFirst(5)
        let isNumber = (1...10).contains(digits.count) && digits.allSatisfy { (48...57).contains($0) }
        self = isNumber ? .userManager(String(decoding: digits, as: UTF8.self)) : .service
    }
}
