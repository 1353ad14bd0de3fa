import ApusMetrics
import ApusSystemd

/// The places in a journal's files and the counts of all entries up to them: of one moment, so that counting on from them is exact.
package struct JournalState: Sendable, Equatable {
    /// The last counted entry of the merged files, by which versions 1 to 3 kept their place; `nil` where ``places`` says it.
    var cursor: JournalCursor?
    var places: JournalPlaces
    package internal(set) var counts: JournalCounts

    package init() { self.init(cursor: nil) }

    init(cursor: JournalCursor?, places: JournalPlaces = JournalPlaces(), counts: JournalCounts = JournalCounts()) {
        self.cursor = cursor
        self.places = places
        self.counts = counts
    }

    private static let heading = "apus-journal "
    /// The versions that are read, of which the last is written: 1 is without the cursors of errors, starts and consumption, 1 and 2
    /// without patterns, 1 to 3 have one cursor in place of the files' places, and 1 to 4 are without the names of other kinds than units.
    private static let versions = ["1", "2", "3", "4", "5"]
    /// Whether a version wrote it that had one file for the one journal that it followed, whichever that was.
    private(set) var isOfOneJournal = false

    /// The content of the file: lines of columns, the last one a checksum of those before it.
    var encoded: [UInt8] {
        var text = Self.heading + (Self.versions.last ?? "") + "\n"
        func line(_ columns: [String]) { text += columns.map(Self.escaped).joined(separator: "\t") + "\n" }
        if let cursor { line(["cursor", cursor.text]) }
        for (file, position) in places.positions {
            let span = position.span.map { [$0.boot.description, String($0.first), String($0.last)] } ?? []
            line(
                [
                    "file", file.description, position.sequenceID.description, String(position.sequence),
                    String(position.listing),
                ] + span)
        }
        for (name, writer) in places.writers {
            line(
                [
                    "writer", name, String(writer.settled), String(writer.highest), String(writer.read),
                    writer.boot?.description ?? "-",
                ])
        }
        line(["missing", String(counts.missing)])
        line(["left", String(counts.unitsLeft)])
        encodeNames(line)
        line(["unreadable", String(counts.unreadable)])
        for (number, unit) in counts.units.enumerated() {
            line(["unit", unit] + figures(of: number, in: counts[.unit]))
            for error in counts.errors[number] ?? [] {
                line(["error", String(error.realtime), String(error.priority.rawValue), error.message, error.cursor])
            }
            if let used = counts.consumption[number] {
                line(["used"] + used.values.map { amount in amount.map { String($0) } ?? "-" })
            }
        }
        for (series, amount) in counts.events {
            line(
                ["event", series.event.rawValue, series.unit, series.cause, series.status, String(amount)]
                    + (series.owner.map { [$0] } ?? []))
        }
        for (name, counts) in counts.patterns {
            for columns in counts.lines(name: name) { line(columns) }
        }
        text += "end\t" + String(Self.checksum(of: text.utf8), radix: 16) + "\n"
        return Array(text.utf8)
    }

    private func encodeNames(_ line: ([String]) -> Void) {
        for kind in JournalNameKind.allCases where kind != .unit {
            let tally = counts[kind]
            line(["left", String(tally.left), kind.rawValue])
            // The first is nobody's.
            for (number, name) in tally.names.enumerated().dropFirst() {
                line(["name", kind.rawValue, name] + figures(of: number, in: tally))
            }
        }
    }

    private func figures(of number: Int, in tally: JournalTally) -> [String] {
        tally.entries(of: number).map { String($0) } + [String(tally.lastHeard[number])]
    }

    /// Reads the text of a state's file.
    ///
    /// - Throws: ``JournalStateFault``.
    package init(encoded: [UInt8]) throws(JournalStateFault) {
        guard let text = String(validating: encoded, as: UTF8.self), text.utf8.last == UInt8(ascii: "\n") else {
            throw .cutOff
        }
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        guard let first = lines.popFirst().map({ String(Substring($0)) }), first.hasPrefix(Self.heading),
            let version = Self.versions.firstIndex(of: String(first.dropFirst(Self.heading.count)))
        else { throw .version }
        guard let last = lines.popLast() else { throw .cutOff }
        let end = Self.columns(last)
        guard end.count == 2, end[0] == "end", UInt64(end[1], radix: 16) == Self.checksum(of: text.utf8[..<last.startIndex])
        else { throw .checksum }
        var decoding = JournalStateDecoding()
        for line in lines { try decoding.take(Self.columns(line)) }
        self = try decoding.state()
        isOfOneJournal = version < Self.versions.count - 1
    }

    private static func columns(_ line: Substring.UTF8View) -> [String] {
        line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map { unescaped($0) }
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 9 || $0 == 10 || $0 == 92 }) else { return text }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 9: bytes += [92, UInt8(ascii: "t")]
            case 10: bytes += [92, UInt8(ascii: "n")]
            case 92: bytes += [92, 92]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func unescaped(_ text: Substring.UTF8View) -> String {
        var bytes: [UInt8] = []
        var isEscape = false
        for byte in text {
            if isEscape {
                bytes.append(byte == UInt8(ascii: "t") ? 9 : byte == UInt8(ascii: "n") ? 10 : byte)
                isEscape = false
            } else if byte == 92 {
                isEscape = true
            } else {
                bytes.append(byte)
            }
        }
        // As labels are taken in: a version that kept U+0000 would have two series of one text otherwise.
        return String(decoding: LabelBytes.withoutNull(bytes), as: UTF8.self)
    }

    /// The FNV-1a hash of the bytes, which tells a disk's errors and not people's.
    private static func checksum(of bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
