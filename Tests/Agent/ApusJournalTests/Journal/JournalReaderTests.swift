import ApusJournal
import Testing

@Suite struct JournalReaderTests {
    private func numbered(_ numbers: ClosedRange<UInt64>) -> JournalExport {
        var export = JournalExport()
        for number in numbers {
            export.add(number, [("MESSAGE", "entry \(number)"), ("PARITY", number % 2 == 0 ? "even" : "odd")])
        }
        return export
    }

    private func messages(_ reader: JournalReader) throws -> [String] {
        var messages: [String] = []
        while try reader.next() {
            guard case .value(let text) = reader.withField(.message, { String(decoding: $0, as: UTF8.self) }) else { continue }
            messages.append(text)
        }
        return messages
    }

    @Test func `a reader gives the entries in order, with the fields that are asked for`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        export.add(1, [("MESSAGE", "=a=b"), ("PRIORITY", "3")])
        try folder.write("one", export)
        let reader = try JournalReader(folder.source)
        #expect(try reader.next())
        guard case .value(let message) = reader.withField(.message, { String(decoding: $0, as: UTF8.self) }),
            case .value(let priority) = reader.withField(.priority, { Array($0) })
        else {
            Issue.record("a field is not there")
            return
        }
        #expect(message == "=a=b")
        #expect(priority == [UInt8(ascii: "3")])
        #expect(reader.realtime() == 1_700_000_000_000_001)
        guard case .absent = reader.withField(.systemdUnit, { $0.count }) else {
            Issue.record("a field that no entry has")
            return
        }
        #expect(try !reader.next())
    }

    @Test func `after a seek to any cursor the next entry comes, neither the same nor the one after`() throws {
        let folder = try JournalFolder()
        try folder.write("one", numbered(1...5))
        let first = try JournalReader(folder.source)
        var cursors: [JournalCursor] = []
        while try first.next() { cursors.append(try first.cursor()) }
        #expect(cursors.count == 5)
        for (index, cursor) in cursors.enumerated() {
            let reader = try JournalReader(folder.source)
            try reader.seek(after: cursor)
            #expect(try messages(reader) == (index + 2..<7).filter { $0 <= 5 }.map { "entry \($0)" })
        }
    }

    @Test func `a folder that is not there is an error that names it`() {
        #expect(throws: JournalError.open(.directory("/no/such/journal"), code: 2)) {
            try JournalReader(.directory("/no/such/journal"))
        }
    }

    @Test func `a copy of an entry under another number is the same entry, another entry is not`() throws {
        let one = try JournalCursor("s=aa;i=1f;b=cc;m=10;t=20;x=30")
        #expect(one.isSameEntry(as: try JournalCursor("s=bb;i=2;b=cc;m=10;t=20;x=30")))
        #expect(!one.isSameEntry(as: try JournalCursor("s=aa;i=20;b=cc;m=10;t=20;x=30")))
        #expect(!one.isSameEntry(as: try JournalCursor("s=bb;i=2;b=cc;m=11;t=20;x=30")))
    }

    @Test(arguments: ["", "s=aa", "s=aa;i=zz;b=c;m=1;t=2;x=3", "nonsense;i=1"])
    func `what is no cursor is refused`(text: String) {
        #expect(throws: JournalError.cursor(text)) { try JournalCursor(text) }
    }
}
