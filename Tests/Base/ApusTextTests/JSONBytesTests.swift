import ApusText
import Foundation
import Testing

@Suite struct `The writer of JSON` {
    @Test func `what it writes is what a reader reads`() throws {
        var writer = JSONBytes()
        writer.object { writer in
            writer.member("text", "a\"b\\c\u{1}\n\u{202E}é🐦")
            writer.member("absent", nil as String?)
            writer.member("yes", true)
            writer.member("whole", 1 << 53)
            writer.member("none", Double.nan)
            writer.member("part", 0.1)
            writer.name("list")
            writer.array { writer in
                writer.number(1.5)
                writer.number(Double.infinity)
                writer.number(Float(48_234_496))
                writer.object { _ in }
            }
            writer.member(name: "n\"", "x")
        }
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(text.hasPrefix("{\"text\":\"a\\\"b\\\\c\\u0001\\u000a\\u202eé🐦\",\"yes\":true,"))
        #expect(text.hasSuffix("\"list\":[1.5,null,48234496,{}],\"n\\\"\":\"x\"}"))
        let read = try #require(JSONSerialization.jsonObject(with: Data(writer.bytes)) as? [String: Any])
        #expect(read["text"] as? String == "a\"b\\c\u{1}\n\u{202E}é🐦")
        #expect(read["whole"] as? Int == 1 << 53)
        #expect(read["part"] as? Double == 0.1)
        #expect(read.count == 6)
    }
}
