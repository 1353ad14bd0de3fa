import ApusSystemd
import Foundation
import Testing

@Suite struct FallbackFormatTests {
    private var entry: JournalEntry {
        var entry = JournalEntry()
        entry.append("MESSAGE", "first\nsecond \u{1B}[31m \"quoted\" größe")
        entry.append("PRIORITY", "4")
        entry.append("SYSLOG_IDENTIFIER", "apus")
        entry.append("TAGS", "a")
        entry.append("TAGS", "b")
        return entry
    }

    @Test func `text is one line behind its priority, and no value breaks it`() {
        let line = String(decoding: FallbackFormat.text.line(entry, realtime: 7), as: UTF8.self)
        #expect(line == "<4>apus: first\\nsecond \\x1b[31m \"quoted\" größe TAGS=a TAGS=b\n")
    }

    @Test func `JSON is one line with what journalctl would write`() throws {
        var entry = entry
        entry.append("RAW", bytes: [255, 10])
        let line = FallbackFormat.json.line(entry, realtime: 7)
        #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
        #expect(line.last == UInt8(ascii: "\n"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        #expect(object["MESSAGE"] as? String == "first\nsecond \u{1B}[31m \"quoted\" größe")
        #expect(object["TAGS"] as? [String] == ["a", "b"])
        #expect(object["RAW"] as? [Int] == [255, 10])
        #expect(object["__REALTIME_TIMESTAMP"] as? String == "7")
        #expect(object.count == 6)
    }
}
