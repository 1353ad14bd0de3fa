import CSystemd

extension JournalReader {
    /// Goes before the oldest entry.
    package func seekToBeginning() throws(JournalError) {
        sought = nil
        try check(sd_journal_seek_head(journal), "sd_journal_seek_head")
    }

    /// Goes behind the entry of a cursor; if it is gone, ``next()`` continues with the first one that libsystemd puts behind it.
    package func seek(after cursor: JournalCursor) throws(JournalError) {
        try check(sd_journal_seek_cursor(journal, cursor.text), "sd_journal_seek_cursor")
        sought = cursor
    }

    /// Goes before the first entry of a series whose number is `sequence` or higher, whatever the clocks have done.
    func seek(to sequence: UInt64, in series: JournalID) throws(JournalError) {
        sought = nil
        let cursor = "s=\(series);i=\(String(sequence, radix: 16))"
        try check(sd_journal_seek_cursor(journal, cursor), "sd_journal_seek_cursor")
    }

    private func check(_ code: Int32, _ call: String) throws(JournalError) {
        guard code >= 0 else { throw .read(source, call: call, code: -code) }
    }
}
