import ApusSystemd
import Testing

@Suite struct JournalFieldNameTests {
    @Test(
        arguments: [
            ("instance", "INSTANCE"), ("request-id", "REQUEST_ID"), ("request.id", "REQUEST_ID"), ("requestID", "REQUEST_ID"),
            ("HTTP_STATUS", "HTTP_STATUS"), ("_private", "PRIVATE"), ("__", "FIELD"), ("", "FIELD"), ("1st", "FIELD_1ST"),
            ("_1", "FIELD_1"), ("größe", "GR__E"), ("名", "FIELD"), ("a b\nc=d", "A_B_C_D"), ("p99", "P99"),
        ])
    func `a key becomes the nearest legal name`(key: String, name: String) {
        #expect(JournalFieldName.legal(key) == name)
    }

    @Test func `whatever the key, the name is legal`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let scalars = (0..<Int.random(in: 0...90, using: &random)).map { _ in
                Character(Unicode.Scalar(UInt16.random(in: 0..<0xD800, using: &random)) ?? "?")
            }
            let name = JournalFieldName.legal(String(scalars))
            #expect((1...64).contains(name.utf8.count))
            #expect(name.utf8.first.map { (65...90).contains($0) } == true)
            #expect(name.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) || $0 == 95 })
        }
    }

    @Test func `a name that is taken gets a number within the limit`() {
        #expect(JournalFieldName.unique("A", taken: ["B"]) == "A")
        #expect(JournalFieldName.unique("A", taken: ["A", "A_2"]) == "A_3")
        let long = String(repeating: "X", count: 64)
        #expect(JournalFieldName.unique(long, taken: [long]) == String(repeating: "X", count: 62) + "_2")
    }
}
