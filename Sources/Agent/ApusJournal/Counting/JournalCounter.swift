import ApusLimits
package import ApusLinux
import ApusMetrics
import Glibc

/// Counts a journal from a saved place on, a batch at a time; the follower's work, without its thread.
///
/// State and places change together, by whole batches, so that each save is exact: dropped at any moment and made again, it counts
/// on from the last save as if nothing had happened.
package final class JournalCounter {
    private var configuration: JournalFollowerConfiguration
    private let file: JournalStateFile
    private let notify: (JournalNotice) -> Void
    private let changes: JournalChanges
    private var isUnwatchedTold = false
    /// Whether the saved state is not known yet: nothing is counted and nothing saved then.
    private var isStateUnknown = true
    /// Whether the saved state lies in the file of an earlier version.
    private var isMoved = false
    private var files: JournalFileSet
    private var found: JournalFiles?
    private var listed: ContinuousClock.Instant?
    /// Who numbers the entries of each file that is there, or whose place is remembered.
    private var writers: [JournalID: String] = [:]
    private var names: JournalNameIndexes
    private var batch = JournalBatch()
    private let patterns: [CompiledPattern]
    private let seriesLimits: [String: Int]
    private var hasBegun: Bool
    /// The time in seconds since 1970 after which those of a kind are no longer said to be without a place.
    private var fullUntil: [JournalNameKind: UInt64] = [:]
    private var unreportedMissing: UInt64 = 0

    package private(set) var state: JournalState
    /// Whether the state has changed since it was saved.
    package private(set) var isChanged = false
    /// The time at which the entry that was read last was received, in microseconds since 1970; `nil` before the first one.
    package private(set) var lastEntry: UInt64?

    /// Whether the journal has any file that is read.
    package var hasFiles: Bool { found.map { !$0.found.isEmpty } ?? false }

    /// What became of the journal's files at the last look.
    package var figures: JournalFileFigures {
        JournalFileFigures(
            read: found?.found.count ?? 0, damaged: (found?.damaged.count ?? 0) + files.files.values.count(where: \.isRefused),
            unreadable: found?.unreadable ?? 0, excess: found?.excess ?? 0)
    }

    /// The time after which the folders are looked at anew, though no change was told of.
    private var longestUnlisted: Duration {
        guard hasFiles else { return .milliseconds(500) }
        return changes.fault == nil && !files.hasRefused ? .seconds(60) : configuration.unwatchedLook
    }

    /// Longer than between two scrapes, so that one of them sees it.
    private static let fullSeconds: UInt64 = 300

    /// Makes a counter of nothing. ``open()`` comes next, and takes up the saved state, if there is one.
    ///
    /// - Parameter openWatch: makes what tells of changes.
    package init(
        _ configuration: JournalFollowerConfiguration,
        openWatch: @escaping () throws(LinuxError) -> FolderWatch = { () throws(LinuxError) in try FolderWatch() },
        notify: @escaping (JournalNotice) -> Void
    ) {
        changes = JournalChanges(open: openWatch)
        self.configuration = configuration
        self.notify = notify
        file = JournalStateFile(path: configuration.statePath, formerPath: configuration.formerStatePath)
        hasBegun = false
        // Each was compiled once when it was made: it compiles again.
        patterns = configuration.patterns.compactMap { try? CompiledPattern($0) }
        seriesLimits = Dictionary(
            configuration.patterns.map { ($0.family.name, $0.seriesLimit) }, uniquingKeysWith: { first, _ in first })
        state = JournalState()
        names = JournalNameIndexes(of: state.counts, configuration)
        files = JournalFileSet(
            fieldLimit: Self.fieldLimit(configuration), followers: configuration.followers, notify: notify)
    }

    /// Takes up the saved state. Only a file that is not there is a first start; one that is wrong and stays so is put aside.
    private func takeUp() throws(JournalError) {
        var saved: JournalState?
        do throws(JournalStateError) {
            (saved, isMoved) = try file.load()
            isChanged = isMoved
        } catch {
            guard case .content = error else { throw .state(error) }
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            do throws(JournalStateError) { try file.putAside(at: now.tv_sec) } catch { throw .state(error) }
            notify(.stateUnreadable(error))
        }
        hasBegun = saved != nil
        var state = saved ?? JournalState()
        state.counts.keepPatterns(configuration.patterns)
        self.state = state
        choose(configuration.choice)
        isStateUnknown = false
    }

    /// Takes over which names are counted from now on; the series of others end.
    package func choose(_ choice: JournalChoice) {
        configuration.choice = choice
        for kind in JournalNameKind.allCases {
            let chosen = choice[kind]
            if state.counts.keep(kind, where: { chosen.keeps(kind.isOwned ? JournalOwnedName($0).name : $0) }) {
                isChanged = true
            }
        }
        names = JournalNameIndexes(of: state.counts, configuration)
    }

    /// A descriptor that is readable when the journal has changed; `nil` where the kernel cannot tell, or nothing is open.
    package var descriptor: Int32? { changes.descriptor }

    /// Opens the journal at the state's places; at a first start, where the configuration says.
    ///
    /// - Throws: ``JournalError``, ``JournalError/state(_:)`` while it is not known where to go on.
    package func open() throws(JournalError) {
        if isStateUnknown { try takeUp() }
        // What was read and not counted is read again.
        files = JournalFileSet(
            fieldLimit: Self.fieldLimit(configuration), followers: configuration.followers, notify: notify)
        try list()
    }

    /// The number of bytes of a field that are looked at, its name included.
    private static func fieldLimit(_ configuration: JournalFollowerConfiguration) -> Int {
        max(
            1024, configuration.limits.messageBytes + 16,
            configuration.patterns.isEmpty ? 0 : JournalFollowingLimits.patternField.value.bytes)
    }

    /// Reads and counts at most `limit` entries, or some more where journald copies files.
    ///
    /// - Returns: how many; 0 when the end is reached for now.
    package func countBatch(limit: Int = 512) throws(JournalError) -> Int {
        guard !isStateUnknown else { return 0 }
        let isDue = listed.map { ContinuousClock.now >= $0 + longestUnlisted } ?? true
        if changes.take() || isDue { try list() }
        batch.removeAll()
        try files.fill(&batch, limit: limit) { reader, batch in
            batch.add(reader, names: &names, limits: configuration.limits)
            if !patterns.isEmpty { batch.add(reader, patterns: patterns) }
            lastEntry = reader.realtime() ?? lastEntry
        }
        if files.isMisread {
            // From the places of what is counted, once for each file at the most.
            try open()
            return try countBatch(limit: limit)
        }
        commit()
        guard batch.entries == 0 else { return batch.entries }
        // Nothing is new in any file since the last entry was read: what was written before it is counted.
        settle()
        if let found {
            files.drop(found.found)
            if found.hasEmpty { listed = nil }
        }
        return 0
    }

    private func commit() {
        for advance in files.advances {
            state.places.advance(advance)
            isChanged = true
        }
        guard batch.entries > 0 else { return }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let seconds = UInt64(max(now.tv_sec, 0))
        let hasRoom = state.counts.add(
            batch, names: names, limits: configuration.limits, seriesLimits: seriesLimits, at: seconds)
        for kind in JournalNameKind.allCases {
            makeRoom(kind, isFull: !names[kind].crowding.isNobody || (kind == .unit && !hasRoom), at: seconds)
        }
    }

    private func makeRoom(_ kind: JournalNameKind, isFull: Bool, at seconds: UInt64) {
        guard isFull else {
            if state.counts[kind].isFull, seconds >= fullUntil[kind] ?? 0 { state.counts[kind].isFull = false }
            return
        }
        if state.counts.makeRoom(kind, in: names[kind], limits: configuration.limits, at: seconds) {
            names[kind].renumber(state.counts[kind].names)
        } else {
            state.counts[kind].isFull = true
            fullUntil[kind] = seconds + Self.fullSeconds
            let crowding = names[kind].crowding
            if crowding.isOfGlobs { notify(.watchedFull(limit: JournalFollowingLimits.watchedUnits.value)) }
            if !crowding.isOfGlobs || crowding.isOfRest {
                notify(.full(kind, limit: configuration.limits.names(kind)))
            }
        }
        names[kind].relieve()
    }

    private func settle() {
        let before = state.places
        let missing = state.places.settle()
        guard state.places != before else { return }
        isChanged = true
        // What lies in files that may not be read is missing from those that may.
        guard missing > 0, found?.unreadable ?? 0 == 0 else { return }
        state.counts.missing.addClamped(missing)
        unreportedMissing.addClamped(missing)
    }

    /// Saves the state, if it has changed; a failure is notified, and the next call tries again.
    package func save() {
        if unreportedMissing > 0 { notify(.missing(unreportedMissing)) }
        unreportedMissing = 0
        guard isChanged, !isStateUnknown else { return }
        do throws(JournalStateError) {
            try file.save(state)
            isChanged = false
            if isMoved { file.removeFormer() }
            isMoved = false
        } catch {
            notify(.stateNotSaved(error))
        }
    }
}

// MARK: - Files

extension JournalCounter {
    /// Looks which files there are.
    private func list() throws(JournalError) {
        let before = found
        var found = try JournalFiles(of: configuration.source)
        // Twice, so that nothing comes unseen between the look and the watch.
        if changes.follow(found.folders) { found = try JournalFiles(of: configuration.source) }
        self.found = found
        listed = .now
        state.places.list(found.found.keys, remembering: JournalFollowingLimits.goneFiles.value)
        let come = files.list(found.found, state.places)
        for file in files.files.values { writers[file.id] = file.writer }
        writers = writers.filter { files.files[$0.key] != nil || state.places.positions[$0.key] != nil }
        if state.places.forgetWriters(besidesThoseOf: writers) { isChanged = true }
        if !hasBegun || state.cursor != nil { try begin(come) }
        report(found, before)
    }

    /// Puts the places of all files to where counting begins.
    private func begin(_ come: [JournalFileSet.File]) throws(JournalError) {
        if hasBegun || configuration.beginning == .end {
            for file in come {
                if let cursor = state.cursor { try files.skip(file, upTo: cursor) } else { try files.skip(file) }
                guard file.sequence > 0 else { continue }
                state.places.advance(
                    JournalAdvance(
                        file: file.id, sequenceID: file.header.sequenceID, writer: file.writer, sequence: file.sequence,
                        entries: 0, boot: nil, span: file.span, base: file.sequence))
            }
            _ = state.places.settle()
        }
        state.cursor = nil
        hasBegun = true
        isChanged = true
        // Saved at once: a kill before the first save would otherwise begin anew, further on.
        save()
    }

    private func report(_ found: JournalFiles, _ before: JournalFiles?) {
        if let fault = changes.fault, !isUnwatchedTold { notify(.notWatched(fault)) }
        isUnwatchedTold = changes.fault != nil
        let known = Set(before?.damaged.map(\.path) ?? [])
        for (path, code) in found.damaged where !known.contains(path) { notify(.damagedFile(path: path, code: code)) }
        if found.unreadable > 0, before?.unreadable ?? 0 == 0 { notify(.filesNotReadable(configuration.source)) }
        if found.excess > 0, before?.excess ?? 0 == 0 { notify(.tooManyFiles(excess: found.excess)) }
        if !found.foreignFolders.isEmpty, found.foreignFolders != before?.foreignFolders ?? [] {
            notify(.otherMachines(folders: found.foreignFolders))
        }
    }
}

/// How many files a journal has, by what becomes of them.
package struct JournalFileFigures: Sendable, Equatable {
    package var read = 0
    package var damaged = 0
    /// The number of files that the agent's user may not read.
    package var unreadable = 0
    /// The number of files that are left out because there are too many.
    package var excess = 0

    package init(read: Int = 0, damaged: Int = 0, unreadable: Int = 0, excess: Int = 0) {
        self.read = read
        self.damaged = damaged
        self.unreadable = unreadable
        self.excess = excess
    }
}
