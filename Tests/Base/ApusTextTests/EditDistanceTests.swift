import ApusText
import Testing

@Suite struct EditDistanceTests {
    @Test(arguments: [
        ("command", "command", 0), ("comand", "command", 1), ("comamnd", "command", 1), ("match", "watch", 1),
        ("pid", "pid_file", nil), ("", "ab", 2),
    ])
    func `a distance counts letters that differ, up to the limit`(left: String, right: String, wanted: Int?) {
        #expect(EditDistance.between(Array(left.utf8), Array(right.utf8), within: 2) == wanted)
    }

    @Test(arguments: [
        ("comand", "command"), ("pidfile", "pid_file"), ("usr", "user"), ("executeable", "executable"), ("banana", nil),
        ("x", nil), ("", nil),
    ])
    func `the nearest word is the one with the fewest letters wrong, if they are few`(word: String, wanted: String?) {
        #expect(EditDistance.nearest(to: word, among: ["executable", "command", "user", "pid_file", "unit"]) == wanted)
    }
}
