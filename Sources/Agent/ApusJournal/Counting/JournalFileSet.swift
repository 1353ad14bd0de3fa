import ApusLimits
import ApusLinux
import Glibc

/// The files of a journal, each read on its own and in its own order.
///
/// libsystemd merges files by the clocks of their entries. After a step of a clock, or of files whose monotonic times begin anew under
/// one boot, the merge goes back, and gives entries again. Within one file entries are ordered by their numbers, so that reading it
/// only goes on.
final class JournalFileSet {
    /// A file with the place in it.
    final class File {
        let id: JournalID
        var path: String
        var header: JournalFileHeader
        var sequence: UInt64
        var span: BootSpan?
        var reader: JournalReader?
        /// Whether the file has entries of containers, as far as it was read.
        var hasContainers = false
        /// Whether the reader is at an entry that has not been taken yet.
        var isAhead = false
        /// Why libsystemd does not open it; `nil` while it does.
        var refusal: Int32?
        var isRefused: Bool { refusal != nil }
        var isSaidDamaged = false

        init(_ id: JournalID, _ found: JournalFiles.Found, _ position: JournalPosition?) {
            self.id = id
            path = found.path
            header = found.header
            sequence = position?.sequence ?? 0
            span = position?.span
        }

        /// Whether `journalctl --flush` copies its entries elsewhere.
        var isVolatile: Bool { path.hasPrefix("/run/") }
        /// Whether nothing more will come of it.
        var isExhausted: Bool { isRefused || (header.isArchived && sequence >= header.tailSequence) }

        /// A journald's folder, or a series.
        var writer: String {
            let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
            let name = path[slash...]
            let isJournalds =
                name == "system.journal" || ["system@", "user-"].contains { name.hasPrefix($0) }
            return isJournalds ? String(path[..<slash]) : header.sequenceID.description
        }

        /// Lets go of what libsystemd holds; the place stays.
        func close() {
            reader = nil
            isAhead = false
        }
    }

    private(set) var files: [JournalID: File] = [:]
    private var order: [File] = []
    private var start = 0
    /// The numbers before the first of writers' files, as far as they were asked for since the last look.
    private var bases: [String: UInt64] = [:]
    /// What was read of volatile files that are gone.
    private var goneSpans: [BootSpan] = []
    private let fieldLimit: Int
    /// Files past this number are closed again when they were read.
    private let mostOpen: Int
    private let notify: (JournalNotice) -> Void
    /// Whether entries of containers were read in the belief that there were none: all that was read since the last
    /// ``fill(_:limit:take:)`` began is to be read again.
    private(set) var isMisread = false
    /// What was read since the last ``fill(_:limit:take:)`` began.
    private(set) var advances: [JournalAdvance] = []

    /// - Parameter descriptors: how many this process may have; an eighth of them is the most that files of the journal take, so that
    ///   those who report and scrape have theirs.
    /// - Parameter followers: how many share them.
    init(
        fieldLimit: Int, descriptors: Int? = DescriptorLimit.current?.shared, followers: Int = 1,
        notify: @escaping (JournalNotice) -> Void
    ) {
        self.fieldLimit = fieldLimit
        mostOpen = min(JournalFollowingLimits.openFiles.value, max(1, (descriptors ?? .max) / 8 / followers))
        self.notify = notify
    }

    /// Takes over which files there are.
    ///
    /// - Returns: those that have come.
    func list(_ found: [JournalID: JournalFiles.Found], _ places: JournalPlaces) -> [File] {
        var come: [File] = []
        for (id, one) in found {
            if let file = files[id] {
                file.path = one.path
                if one.header.size != file.header.size || one.header.modified != file.header.modified {
                    file.refusal = nil
                } else if let refusal = file.refusal, !file.isSaidDamaged {
                    file.isSaidDamaged = true
                    notify(.damagedFile(path: file.path, code: refusal))
                }
                file.header = one.header
                // One that is archived is opened once more if there is a rest.
                if file.isExhausted { file.close() }
            } else {
                let file = File(id, one, places.positions[id])
                files[id] = file
                come.append(file)
            }
        }
        // What is removed and still open is read to its end first: see ``fill(_:limit:take:)``.
        for (id, file) in files where found[id] == nil && file.reader == nil { files[id] = nil }
        goneSpans = places.positions.compactMap { files[$0.key] == nil ? $0.value.span : nil }
        order = files.values.sorted {
            ($0.isVolatile ? 0 : 1, $0.header.headRealtime, $0.path) < ($1.isVolatile ? 0 : 1, $1.header.headRealtime, $1.path)
        }
        start = 0
        bases.removeAll()
        return come
    }

    /// Whether a file is not opened, which a change of it may end.
    var hasRefused: Bool { order.contains { $0.isRefused } }

    /// Lets go of the files that are removed and have been read to their end.
    func drop(_ present: [JournalID: JournalFiles.Found]) {
        let gone = order.filter { present[$0.id] == nil }
        guard !gone.isEmpty else { return }
        for file in gone {
            if let span = file.span { goneSpans.append(span) }
            files[file.id] = nil
        }
        order.removeAll { present[$0.id] == nil }
        start = 0
    }

    /// Reads entries of the files, one file after the other, until the batch has `limit` of them or all are at their ends.
    func fill(
        _ batch: inout JournalBatch, limit: Int, take: (JournalReader, inout JournalBatch) -> Void
    ) throws(JournalError) {
        advances.removeAll(keepingCapacity: true)
        let count = order.count
        for turn in 0..<count {
            let index = (start + turn) % count
            try read(order[index], into: &batch, limit: limit, take: take)
            guard batch.entries < limit else {
                // The next one has its turn, however fast this one is written; an archived one has an end.
                start = order[index].header.isArchived ? index : (index + 1) % count
                return
            }
        }
    }

    private func read(
        _ file: File, into batch: inout JournalBatch, limit: Int, take: (JournalReader, inout JournalBatch) -> Void
    ) throws(JournalError) {
        guard let reader = try opened(file) else { return }
        let checksCopies = !file.isVolatile && (!goneSpans.isEmpty || order.first?.isVolatile == true)
        var entries: UInt64 = 0
        reader.mayHaveContainers = file.hasContainers
        while batch.entries < limit, try step(file, reader) {
            entries += 1
            if checksCopies, try isCopy(reader, into: &batch, take: take) { batch.skip() } else { take(reader, &batch) }
        }
        // A field is in the file before the first entry that has it.
        if entries > 0, !file.hasContainers, !file.header.isArchived, reader.hasField(.containerName) { isMisread = true }
        try note(file, reader, entries: entries)
    }

    private func step(_ file: File, _ reader: JournalReader) throws(JournalError) -> Bool {
        guard !file.isAhead else {
            file.isAhead = false
            return true
        }
        return try reader.next()
    }

    /// Takes note of the place behind the entries that were read of a file just now.
    private func note(_ file: File, _ reader: JournalReader, entries: UInt64) throws(JournalError) {
        let before = file.sequence
        var boot: JournalID?
        if reader.hasFiles {
            if entries > 0 {
                let cursor = try reader.cursor()
                boot = cursor.boot
                if let time = reader.monotonic() { extend(file, time.boot, time.time) }
                // libsystemd orders a file by its numbers; one that does not go on is not read in a circle.
                file.sequence = max(cursor.sequence, before + 1)
            }
            if file.header.isArchived, entries == 0, file.sequence < file.header.tailSequence {
                try pass(file, entries: 0)
            }
        } else {
            try pass(file, entries: entries)
        }
        if file.isExhausted || files.count > mostOpen { file.close() }
        guard file.sequence > before || entries > 0 else { return }
        advances.append(
            JournalAdvance(
                file: file.id, sequenceID: file.header.sequenceID, writer: file.writer, sequence: file.sequence,
                entries: entries, boot: boot, span: file.span, base: base(of: file.writer)))
    }

    /// The number before the first that a writer's files hold.
    private func base(of writer: String) -> UInt64 {
        if let base = bases[writer] { return base }
        let heads = order.filter { $0.writer == writer }.map { file in
            file.header.headSequence > 0
                ? file.header.headSequence : (try? JournalFileHeader.read(file.path))?.headSequence ?? 0
        }
        guard let first = heads.filter({ $0 > 0 }).min() else { return 0 }
        bases[writer] = first - 1
        return first - 1
    }

    private func extend(_ file: File, _ boot: JournalID, _ time: UInt64) {
        guard file.isVolatile else { return }
        if var span = file.span, span.boot == boot {
            span.last = max(span.last, time)
            file.span = span
        } else {
            file.span = BootSpan(boot: boot, first: file.span == nil ? 0 : time, last: time)
        }
    }
}

// MARK: - Opening

extension JournalFileSet {
    /// The reader of a file, before the first entry that was not read; `nil` where there is nothing to read.
    private func opened(_ file: File) throws(JournalError) -> JournalReader? {
        if let reader = file.reader { return reader }
        guard !file.isExhausted else { return nil }
        if files.count > mostOpen {
            if let header = try? JournalFileHeader.read(file.path), header.fileID == file.id { file.header = header }
            guard file.header.tailSequence > file.sequence else { return nil }
        }
        do throws(JournalError) {
            let reader = try JournalReader(.files([file.path]), fieldLimit: fieldLimit)
            file.close()
            try go(reader, behind: file.sequence, of: file)
            file.hasContainers = reader.hasField(.containerName)
            file.reader = reader
            return reader
        } catch .open(let source, let code) {
            switch code {
            case ENOENT, EACCES: return nil
            // These say nothing of the file.
            case let code where JournalFileHeader.isExhaustion(code): throw .open(source, code: code)
            default:
                // Said at the next look, if it is the same then: it may be one that somebody is copying.
                file.refusal = code
                return nil
            }
        }
    }

    private func go(_ reader: JournalReader, behind sequence: UInt64, of file: File) throws(JournalError) {
        file.isAhead = false
        guard sequence > 0 else { return try reader.seekToBeginning() }
        try reader.seek(to: sequence + 1, in: file.header.sequenceID)
        while try reader.next() {
            guard try reader.cursor().sequence <= sequence else {
                file.isAhead = true
                return
            }
        }
    }

    /// Finds the place of the last entry that was read of a file before libsystemd let go of it, and goes on behind the damage.
    private func pass(_ file: File, entries: UInt64) throws(JournalError) {
        file.close()
        if entries > 0 {
            // A file that is gone has as many numbers as entries: so many are missing at least.
            var last = file.sequence + entries
            if let reader = try opened(file) {
                for _ in 0..<entries { guard try step(file, reader) else { break } }
                if let cursor = try? reader.cursor() { last = max(last, cursor.sequence) }
            }
            file.sequence = last
        }
        file.close()
        if let header = try? JournalFileHeader.read(file.path), header.fileID == file.id { file.header = header }
        let tail = file.header.tailSequence
        guard tail > file.sequence else { return }
        if !file.isSaidDamaged { notify(.damagedFile(path: file.path, code: EBADMSG)) }
        file.isSaidDamaged = true
        var gap: UInt64 = 1
        while file.sequence + gap <= tail {
            if let found = try? number(at: file.sequence + gap, of: file), found > file.sequence {
                file.sequence = found - 1
                return
            }
            gap *= 2
        }
        file.sequence = tail
    }

    /// The number of the first readable entry of a file from a number on; `nil` where there is none.
    private func number(at sequence: UInt64, of file: File) throws(JournalError) -> UInt64? {
        let reader = try JournalReader(.files([file.path]), fieldLimit: fieldLimit)
        try reader.seek(to: sequence, in: file.header.sequenceID)
        guard try reader.next() else { return nil }
        return try reader.cursor().sequence
    }
}

// MARK: - Beginning

extension JournalFileSet {
    /// Puts the place of a file behind its last entry.
    func skip(_ file: File) throws(JournalError) {
        file.sequence = file.header.tailSequence
        guard file.isVolatile, file.sequence > 0 else { return }
        let reader = try JournalReader(.files([file.path]), fieldLimit: fieldLimit)
        try reader.seek(to: file.sequence, in: file.header.sequenceID)
        if try reader.next(), let time = reader.monotonic() { extend(file, time.boot, time.time) }
    }

    /// Puts the place of a file behind an entry of the merged journal, by which earlier versions kept theirs.
    func skip(_ file: File, upTo cursor: JournalCursor) throws(JournalError) {
        if JournalID(hex: cursor.sequenceID) == file.header.sequenceID {
            file.sequence = min(cursor.sequence, file.header.tailSequence)
            return
        }
        do throws(JournalError) {
            let reader = try JournalReader(.files([file.path]), fieldLimit: fieldLimit)
            try reader.seek(after: cursor)
            file.sequence = try reader.next() ? max(1, reader.cursor().sequence) - 1 : file.header.tailSequence
        } catch .open {
            // Said when it is to be read.
        }
    }
}

// MARK: - Copies

extension JournalFileSet {
    /// Whether the current entry of a persistent file was read in a volatile one already, from which journald has copied it
    /// (`journalctl --flush`). The copy has other numbers.
    ///
    /// What is in a copy was in the volatile file before: that one is read to its end first.
    private func isCopy(
        _ reader: JournalReader, into batch: inout JournalBatch, take: (JournalReader, inout JournalBatch) -> Void
    ) throws(JournalError) -> Bool {
        guard let (boot, time) = reader.monotonic() else { return false }
        let volatile = order.prefix { $0.isVolatile }
        for file in volatile where file.span.map({ $0.boot == boot && $0.last < time }) ?? true {
            try read(file, into: &batch, limit: .max, take: take)
        }
        return goneSpans.contains { $0.contains(boot, time) } || volatile.contains { $0.span?.contains(boot, time) ?? false }
    }
}
