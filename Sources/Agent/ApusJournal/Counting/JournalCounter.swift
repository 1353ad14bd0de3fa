import ApusMetrics
import Glibc

/// Counts a journal from a saved place on, a batch at a time; the follower's work, without its thread.
///
/// State and cursor change together, by whole batches, so that each save is exact: dropped at any moment and made again, it counts
/// on from the last save as if nothing had happened.
package final class JournalCounter {
    private let configuration: JournalFollowerConfiguration
    private let file: JournalStateFile
    private let notify: (JournalNotice) -> Void
    private var reader: JournalReader?
    private var files = JournalFiles()
    private var units: UnitIndex
    private var batch = JournalBatch()
    private let patterns: [CompiledPattern]
    private let seriesLimits: [String: Int]
    private var hasBegun: Bool
    private var unreportedMissing: UInt64 = 0

    package private(set) var state: JournalState
    /// Whether the state has changed since it was saved.
    package private(set) var isChanged = false

    /// Whether any file of the journal is open.
    package var hasFiles: Bool { reader?.hasFiles ?? false }

    /// Takes up the saved state, if there is one. ``open()`` comes next.
    package init(_ configuration: JournalFollowerConfiguration, notify: @escaping (JournalNotice) -> Void) {
        self.configuration = configuration
        self.notify = notify
        file = JournalStateFile(path: configuration.statePath)
        var saved: JournalState?
        do throws(JournalStateError) { saved = try file.load() } catch { notify(.stateUnreadable(error)) }
        hasBegun = saved != nil
        var state = saved ?? JournalState()
        // Each was compiled once when it was made: it compiles again.
        patterns = configuration.patterns.compactMap { try? CompiledPattern($0) }
        seriesLimits = Dictionary(
            configuration.patterns.map { ($0.family.name, $0.seriesLimit) }, uniquingKeysWith: { first, _ in first })
        state.counts.keepPatterns(configuration.patterns)
        self.state = state
        units = UnitIndex(names: state.counts.units, limit: configuration.limits.units, watched: configuration.units)
    }

    /// A descriptor that is readable when the journal has changed; `nil` where the kernel cannot tell, or nothing is open.
    package var descriptor: Int32? { reader?.descriptor }

    /// Opens the journal at the state's place; at a first start, where the configuration says.
    package func open() throws(JournalError) {
        reader = nil
        let reader = try JournalReader(configuration.source, fieldLimit: fieldLimit)
        reportDamage()
        if hasBegun {
            try seek(reader)
        } else {
            // Saved at once: a kill before the first save would otherwise begin anew, further on.
            state.cursor = configuration.beginning == .end ? try reader.seekToEnd() : nil
            hasBegun = true
            isChanged = true
            save()
        }
        self.reader = reader
    }

    /// The number of bytes of a field that are looked at, its name included.
    private var fieldLimit: Int {
        max(1024, configuration.limits.messageBytes + 16, configuration.patterns.isEmpty ? 0 : JournalLimits.patternFieldBytes)
    }

    /// Reads and counts at most `limit` entries.
    ///
    /// - Returns: how many; 0 when the end is reached for now.
    package func countBatch(limit: Int = 512) throws(JournalError) -> Int {
        try follow()
        guard let end = try readBatch(limit: limit) else { return 0 }
        if isVerified(end, isFull: batch.entries == limit) {
            commit(end: end)
        } else if let reader {
            // Everything up to `end` was written before it and is in the files by now: a second reading of no more entries is exact.
            _ = try reader.process()
            try seek(reader)
            guard let end = try readBatch(limit: batch.entries) else { return 0 }
            commit(end: end)
        }
        return batch.entries
    }

    /// Fills the batch from the state's place on.
    ///
    /// - Returns: the cursor of its last entry; `nil` if there is none.
    private func readBatch(limit: Int) throws(JournalError) -> JournalCursor? {
        guard let reader else { return nil }
        batch.removeAll()
        while batch.entries < limit, try reader.next() {
            batch.add(reader, units: &units, limits: configuration.limits)
            if !patterns.isEmpty { batch.add(reader, patterns: patterns) }
        }
        guard batch.entries > 0 else { return nil }
        do throws(JournalError) {
            return try reader.cursor()
        } catch {
            // The file of the last entry is damaged behind it, and libsystemd has let go of it: read up to there and no further.
            guard batch.entries < limit else { throw error }
            try open()
            return try readBatch(limit: batch.entries)
        }
    }

    /// Whether the batch has surely all entries up to its end.
    ///
    /// Entries of one journald lie in several files, by user, and libsystemd looks at one after the other: an entry that is written
    /// between two looks is passed over if a later one is found first. The sequence numbers tell; where they are of several series,
    /// only what was not written just now is sure.
    private func isVerified(_ end: JournalCursor, isFull: Bool) -> Bool {
        if state.cursor?.distance(to: end) == UInt64(batch.entries) { return true }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let seconds = UInt64(max(now.tv_sec, 0))
        return isFull && (reader?.realtime() ?? .max) / 1_000_000 + 10 < seconds
    }

    /// How many sequence numbers between the state's cursor and `end` have no entry in the batch.
    private func missingEntries(before end: JournalCursor) -> UInt64 {
        guard files.areReadable, let distance = state.cursor?.distance(to: end) else { return 0 }
        return distance > UInt64(batch.entries) ? distance - UInt64(batch.entries) : 0
    }

    private func commit(end: JournalCursor) {
        let missing = missingEntries(before: end)
        state.counts.add(batch, names: units.names, limits: configuration.limits, seriesLimits: seriesLimits)
        state.counts.missing += missing
        state.cursor = end
        isChanged = true
        if let move = reader?.takeMove() {
            notify(.moved(move))
        } else {
            unreportedMissing += missing
        }
    }

    /// Takes note of files that came and went, and finds the place again.
    private func follow() throws(JournalError) {
        guard let reader, try reader.process() else { return }
        reportDamage()
        try seek(reader)
    }

    private func seek(_ reader: JournalReader) throws(JournalError) {
        if let cursor = state.cursor { try reader.seek(after: cursor) } else { try reader.seekToBeginning() }
    }

    private func reportDamage() {
        let wereReadable = files.areReadable
        for (path, code) in files.damaged(in: configuration.source) { notify(.damagedFile(path: path, code: code)) }
        if wereReadable && !files.areReadable { notify(.filesNotReadable(configuration.source)) }
    }

    /// Saves the state, if it has changed; a failure is notified, and the next call tries again.
    package func save() {
        if unreportedMissing > 0 { notify(.missing(unreportedMissing)) }
        unreportedMissing = 0
        guard isChanged else { return }
        do throws(JournalStateError) {
            try file.save(state)
            isChanged = false
        } catch {
            notify(.stateNotSaved(error))
        }
    }
}
