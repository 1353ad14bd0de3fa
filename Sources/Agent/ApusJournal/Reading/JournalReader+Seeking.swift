import CSystemd

extension JournalReader {
    /// Goes before the oldest entry.
    package func seekToBeginning() throws(JournalError) {
        sought = nil
        try check(sd_journal_seek_head(journal), "sd_journal_seek_head")
    }

    /// Goes behind the newest entry and gives its cursor; `nil` where there is none.
    ///
    /// The tail is looked for without the matches and sought with them: `sd_journal_seek_tail(3)` under matches loses the first
    /// entries that come later.
    package func seekToEnd() throws(JournalError) -> JournalCursor? {
        sd_journal_flush_matches(journal)
        try check(sd_journal_seek_tail(journal), "sd_journal_seek_tail")
        let code = sd_journal_previous(journal)
        try check(code, "sd_journal_previous")
        let last = code > 0 ? try cursor() : nil
        try addMatches()
        if let last { try seek(after: last) } else { try seekToBeginning() }
        return last
    }

    /// Goes behind the entry of a cursor. If it is gone, ``next()`` continues with the next one there, and ``takeMove()`` says so.
    package func seek(after cursor: JournalCursor) throws(JournalError) {
        try check(sd_journal_seek_cursor(journal, cursor.text), "sd_journal_seek_cursor")
        sought = cursor
    }

    /// Takes note of what the kernel reported; whether files came or went, so that the place must be sought again.
    package func process() throws(JournalError) -> Bool {
        let code = sd_journal_process(journal)
        try check(code, "sd_journal_process")
        return code == Int32(SD_JOURNAL_INVALIDATE)
    }

    func addMatches() throws(JournalError) {
        for match in matches {
            var text = match
            let code = text.withUTF8 { sd_journal_add_match(journal, $0.baseAddress, $0.count) }
            guard code >= 0 else { throw .match(match) }
        }
    }

    private func check(_ code: Int32, _ call: String) throws(JournalError) {
        guard code >= 0 else { throw .read(source, call: call, code: -code) }
    }
}
