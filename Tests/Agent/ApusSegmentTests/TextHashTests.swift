import ApusSegment
import Testing

@Suite struct TextHashTests {
    private static let seed: UInt64 = 0x0123_4567_89ab_cdef

    private func hash(_ name: String, _ pairs: [(String, String)] = []) -> UInt64 {
        TextHash.value(of: name, pairs, seed: Self.seed)
    }

    /// A text of a length, from 0 to more than two rounds of the loop over long ones.
    private func text(_ count: Int, ending last: Character = "z") -> String {
        count == 0 ? "" : String((0..<count - 1).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) } + [last])
    }

    @Test func `texts of every length, wherever they differ, have other hashes, and equal ones the same`() {
        var seen: Set<UInt64> = []
        for count in 0...40 {
            let known = text(count)
            #expect(hash(known) == hash(String(decoding: Array(known.utf8), as: UTF8.self)))
            seen.insert(hash(known))
            for place in 0..<count {
                var bytes = Array(known.utf8)
                bytes[place] = UInt8(ascii: "_")
                seen.insert(hash(String(decoding: bytes, as: UTF8.self)))
            }
        }
        #expect(seen.count == 41 + (0...40).reduce(0, +))
    }

    @Test func `what is of one text or of the next one, and in which order, tells rows apart`() {
        let rows: [[(String, String)]] = [
            [], [("", "")], [("a", "")], [("", "a")], [("ab", "c")], [("a", "bc")], [("abc", "")], [("a", "b"), ("c", "d")],
            [("c", "d"), ("a", "b")], [("a", "b"), ("c", "")], [(text(15), text(16))], [(text(16), text(15))],
            [(text(31), "")], [("", text(31))],
        ]
        #expect(Set(rows.map { hash("name", $0) }).count == rows.count)
        #expect(hash("namea", [("b", "c")]) != hash("name", [("ab", "c")]))
    }

    @Test func `another seed gives other hashes`() {
        #expect(hash("a", [("b", "c")]) != TextHash.value(of: "a", [("b", "c")], seed: Self.seed &+ 2))
        #expect(hash(text(40)) != TextHash.value(of: text(40), [], seed: Self.seed &+ 2))
    }

    @Test func `a hundred thousand rows as a service has them meet as seldom as by chance, in the upper half and in the lower`()
    {
        let hashes = (0..<100_000).map {
            hash("http_requests_total", [("method", "GET"), ("route", "/orders/\($0)"), ("status", "\(200 + $0 % 300)")])
        }
        // By chance 1.2 of 100,000 in 32 bits.
        #expect(hashes.count - Set(hashes.map { $0 >> 32 }).count < 12)
        #expect(hashes.count - Set(hashes.map { $0 & 0xffff_ffff }).count < 12)
    }
}
