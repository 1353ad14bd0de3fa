import ApusSystemd
import Testing

@Suite struct JournalEntryTests {
    @Test func `a field is a line, and a value with a newline carries its length`() {
        var entry = JournalEntry()
        entry.append("MESSAGE", "up")
        entry.append("TRACE", "a\nbc")
        entry.append("EMPTY", "")
        #expect(entry.bytes == Array("MESSAGE=up\nTRACE\n\u{4}\0\0\0\0\0\0\0a\nbc\nEMPTY=\n".utf8))
    }

    @Test func `a reader finds the same fields in the same order`() {
        let values: [[UInt8]] = [
            [], Array("plain".utf8), Array("=\n=".utf8), [0, 255, 10, 61], [UInt8](repeating: 10, count: 300),
            Array("end".utf8),
        ]
        var entry = JournalEntry()
        for (index, value) in values.enumerated() { entry.append("F\(index)", bytes: value) }
        #expect(entry.fields.map { Array($0.value) } == values)
        #expect(entry.fields.map(\.nameText) == (0..<6).map { "F\($0)" })
    }
}
