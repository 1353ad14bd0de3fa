import CSystemd
import Glibc

/// A journal that is read entry by entry, from the oldest to the newest and on as it grows.
///
/// Not for two threads at once: libsystemd's object belongs to one. Reading blocks on the disk, so that it wants a thread of
/// its own.
package final class JournalReader {
    package let source: JournalOrigin
    // Valid until `deinit`: `sd_journal_open*` gave it and only `deinit` closes it.
    let journal: OpaquePointer
    /// Whether an entry can be of a container: looking for what no entry has costs as much as reading one.
    var mayHaveContainers = true
    /// The cursor that was sought and whose entry has not been passed yet.
    var sought: JournalCursor?

    /// Opens the journal, before its first entry.
    ///
    /// - Parameter fieldLimit: bytes of a field after which libsystemd need not decompress further.
    ///
    /// - Throws: ``JournalError/open(_:code:)``.
    package init(_ source: JournalOrigin, fieldLimit: Int = 4096) throws(JournalError) {
        var opened: OpaquePointer?
        let code: Int32 =
            switch source {
            case .system: sd_journal_open(&opened, Int32(SD_JOURNAL_LOCAL_ONLY))
            case .namespace(let name): sd_journal_open_namespace(&opened, name, Int32(SD_JOURNAL_LOCAL_ONLY))
            case .directory(let path): sd_journal_open_directory(&opened, path, 0)
            case .files(let paths): Self.open(paths, &opened)
            }
        guard code >= 0, let opened else { throw .open(source, code: -code) }
        self.source = source
        self.journal = opened
        sd_journal_set_data_threshold(opened, fieldLimit)
        try seekToBeginning()
    }

    deinit { sd_journal_close(journal) }

    private static func open(_ paths: [String], _ journal: inout OpaquePointer?) -> Int32 {
        let texts: [UnsafeMutablePointer<CChar>?] = paths.map { strdup($0) }
        defer { texts.forEach { free($0) } }
        // Ends with a null pointer, as the call wants it; libsystemd copies the paths.
        var list: [UnsafePointer<CChar>?] = texts.map { UnsafePointer($0) } + [nil]
        return sd_journal_open_files(&journal, &list, 0)
    }

    /// Goes to the next entry.
    ///
    /// - Returns: whether there is one yet.
    ///
    /// - Throws: ``JournalError/read(_:call:code:)``.
    package func next() throws(JournalError) -> Bool {
        if let cursor = sought {
            guard try step() else { return false }
            sought = nil
            let here = try self.cursor()
            // The first entry after a seek is the sought one itself, if it is still there, and otherwise one that has not been read:
            // going on without a look loses it.
            guard here.isSameEntry(as: cursor) else { return true }
        }
        return try step()
    }

    /// Goes one entry on and no more.
    ///
    /// - Returns: whether there is one.
    private func step() throws(JournalError) -> Bool {
        let code = sd_journal_next(journal)
        guard code >= 0 else { throw .read(source, call: "sd_journal_next", code: -code) }
        return code > 0
    }

    /// The cursor of the current entry. Costs about as much as two fields.
    ///
    /// - Throws: ``JournalError/read(_:call:code:)`` where there is no current entry.
    package func cursor() throws(JournalError) -> JournalCursor {
        var text: UnsafeMutablePointer<CChar>?
        let code = sd_journal_get_cursor(journal, &text)
        guard code >= 0, let text else { throw .read(source, call: "sd_journal_get_cursor", code: -code) }
        // The caller frees, says the man page.
        defer { free(text) }
        return try JournalCursor(String(cString: text))
    }

    /// The cursor of the current entry as text; `nil` where it cannot be had.
    package func cursorText() -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard sd_journal_get_cursor(journal, &text) >= 0, let text else { return nil }
        // The caller frees, says the man page.
        defer { free(text) }
        return String(cString: text)
    }

    /// Whether any file of the journal is open.
    package var hasFiles: Bool {
        var bytes: UInt64 = 0
        return sd_journal_get_usage(journal, &bytes) < 0 || bytes > 0
    }

    /// Whether any entry of the files has a field, as far as they are written; `true` where that cannot be said.
    func hasField(_ field: JournalField) -> Bool {
        guard field.withName({ sd_journal_query_unique(journal, $0) }) >= 0 else { return true }
        defer { sd_journal_restart_unique(journal) }
        var start: UnsafeRawPointer?
        var count = 0
        return sd_journal_enumerate_unique(journal, &start, &count) != 0
    }

    /// The time at which the current entry was received, in microseconds since 1970; `nil` where that cannot be read.
    package func realtime() -> UInt64? {
        var time: UInt64 = 0
        return sd_journal_get_realtime_usec(journal, &time) >= 0 ? time : nil
    }

    /// The boot of the current entry and its time since that boot in microseconds; `nil` where they cannot be read.
    func monotonic() -> (boot: JournalID, time: UInt64)? {
        var time: UInt64 = 0
        var boot = sd_id128_t()
        guard sd_journal_get_monotonic_usec(journal, &time, &boot) >= 0 else { return nil }
        return (withUnsafeBytes(of: &boot) { JournalID($0) }, time)
    }

    /// Hands the value of a field of the current entry to `body`, where it is valid.
    ///
    /// Of a field that an entry has more than once, the first.
    package func withField<Result>(_ field: JournalField, _ body: (UnsafeRawBufferPointer) -> Result) -> FieldValue<Result> {
        var start: UnsafeRawPointer?
        var count = 0
        let code = field.withName { sd_journal_get_data(journal, $0, &start, &count) }
        guard code >= 0, let start else { return code == -ENOENT ? .absent : .unreadable }
        // In bounds: libsystemd gives `FIELD=value` with the length of both; the memory is its own until the next call.
        let prefix = field.prefixLength
        guard count >= prefix else { return .unreadable }
        return .value(body(UnsafeRawBufferPointer(start: start + prefix, count: count - prefix)))
    }

    /// What reading a field came to.
    package enum FieldValue<Value> {
        case value(Value)
        case absent
        /// The file is damaged there, or compressed in a way that this libsystemd does not know.
        case unreadable
    }
}
