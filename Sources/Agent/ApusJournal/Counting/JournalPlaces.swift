import ApusLimits

/// How far a file of the journal has been read.
struct JournalPosition: Sendable, Equatable {
    /// The series of ``sequence``.
    var sequenceID: JournalID
    /// The number of the last entry that was read; 0 before the first.
    var sequence: UInt64
    /// What was read of a volatile file, whose entries journald copies into a persistent one under other numbers.
    var span: BootSpan?
    /// The look at the folder that found the file last.
    var listing: UInt64
}

/// A stretch of one boot: of entries that were read and come again as copies.
struct BootSpan: Sendable, Equatable {
    let boot: JournalID
    /// In microseconds since the boot.
    let first: UInt64
    var last: UInt64

    func contains(_ boot: JournalID, _ time: UInt64) -> Bool { boot == self.boot && first <= time && time <= last }
}

/// Who numbers entries: a journald, which deals out one row of numbers over all its files, or the writer of one series of files.
struct JournalWriter: Sendable, Equatable {
    /// Up to this number it is known of every entry whether it was read.
    var settled: UInt64
    /// The highest number that was read.
    var highest: UInt64
    /// How many entries past ``settled`` were read.
    var read: UInt64 = 0
    /// The boot of the entry that was read last.
    var boot: JournalID?

    /// Starts where everything up to a number is read or does not count.
    init(settled: UInt64) {
        self.settled = settled
        highest = settled
    }
}

/// What a batch has read of one file.
struct JournalAdvance: Sendable {
    let file: JournalID
    let sequenceID: JournalID
    let writer: String
    /// The number of the last entry, or of the last one that cannot be read.
    let sequence: UInt64
    let entries: UInt64
    let boot: JournalID?
    let span: BootSpan?
    /// The number before the first that the writer is known to have given out, for one that is new.
    let base: UInt64
}

/// The places up to which the files of a journal have been read, each by the numbers of its own entries: no clock has a part in it.
struct JournalPlaces: Sendable, Equatable {
    var positions: [JournalID: JournalPosition] = [:]
    var writers: [String: JournalWriter] = [:]
    /// The number of looks at the folders so far.
    private(set) var listing: UInt64 = 0

    init() {}

    /// - Parameter listing: of the latest position.
    init(positions: [JournalID: JournalPosition], writers: [String: JournalWriter]) {
        self.positions = positions
        self.writers = writers
        listing = positions.values.map(\.listing).max() ?? 0
    }

    /// Takes note of which files there are, and forgets the longest gone of those that are too many.
    mutating func list(_ present: some Collection<JournalID>, remembering limit: Int) {
        listing += 1
        for file in present { positions[file]?.listing = listing }
        let gone = positions.filter { $0.value.listing < listing }
        guard gone.count > limit else { return }
        for (file, _) in gone.sorted(by: { $0.value.listing < $1.value.listing }).prefix(gone.count - limit) {
            positions[file] = nil
        }
    }

    /// Forgets who numbers no entry any more, by the files that are there and the places that are remembered.
    ///
    /// A file that was gone before the agent started is known by its series alone: as long as its place is remembered, so is every
    /// journald, of which there are few.
    ///
    /// - Parameter known: the writers of files, as far as they are known.
    /// - Returns: whether any was forgotten.
    mutating func forgetWriters(besidesThoseOf known: [JournalID: String]) -> Bool {
        var kept = Set(known.values)
        var isAllKnown = true
        for (file, position) in positions {
            kept.insert(position.sequenceID.description)
            if known[file] == nil { isAllKnown = false }
        }
        let most = JournalFollowingLimits.files.value + JournalFollowingLimits.goneFiles.value
        let rest = isAllKnown ? [] : Set(writers.keys.filter { $0.contains("/") && !kept.contains($0) }.sorted().prefix(most))
        let before = writers.count
        writers = writers.filter { kept.contains($0.key) || rest.contains($0.key) }
        return writers.count < before
    }

    mutating func advance(_ advance: JournalAdvance) {
        positions[advance.file] = JournalPosition(
            sequenceID: advance.sequenceID, sequence: advance.sequence, span: advance.span, listing: listing)
        var writer = writers[advance.writer] ?? JournalWriter(settled: advance.base)
        if advance.sequence > writer.settled { writer.read.addClamped(advance.entries) }
        writer.highest = max(writer.highest, advance.sequence)
        if let boot = advance.boot {
            // A journald that starts anew may leave numbers out: over a boot they tell nothing.
            if writer.boot != nil && writer.boot != boot {
                writer.settled = writer.highest
                writer.read = 0
            }
            writer.boot = boot
        }
        writers[advance.writer] = writer
    }

    /// Settles all numbers up to the highest, once every file was read to its end after that number was seen.
    ///
    /// - Returns: how many numbers have no entry in any file.
    mutating func settle() -> UInt64 {
        var missing: UInt64 = 0
        for (name, writer) in writers where writer.highest > writer.settled || writer.read > 0 {
            let expected = writer.highest - writer.settled
            missing.addClamped(expected > writer.read ? expected - writer.read : 0)
            writers[name]?.settled = writer.highest
            writers[name]?.read = 0
        }
        return missing
    }
}
