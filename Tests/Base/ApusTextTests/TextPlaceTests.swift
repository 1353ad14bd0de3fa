import ApusText
import Testing

@Suite struct `Places in texts` {
    @Test(arguments: [
        ("", 0, 1, 1), ("abc", 2, 1, 3), ("abc", 9, 1, 4), ("abc", -1, 1, 1), ("a\nbc", 2, 2, 1), ("a\nbc", 3, 2, 2),
        ("a\n\n", 3, 3, 1),
        ("é!", 2, 1, 2), ("e\u{301}!", 3, 1, 3), ("a\r\nb", 3, 2, 1), ("a\r\nb", 2, 1, 3), ("🐦\n🐦x", 9, 2, 2),
    ])
    func `are lines, and columns in code points`(text: String, offset: Int, line: Int, column: Int) {
        #expect(TextPlace(offset: offset, in: text.utf8) == TextPlace(line: line, column: column))
        #expect(TextPlace(offset: offset, in: Array(text.utf8)).description == "\(line):\(column)")
    }
}
