import ApusText
import ApusYAML
import Testing

@Suite struct PlacedYAMLReaderTests {
    private func read(_ text: String, _ rules: PlacedYAMLReader.Rules = .init()) -> PlacedYAMLReader.Outcome {
        PlacedYAMLReader.read(Array(text.utf8), within: rules)
    }

    /// The faults as `LINE:COLUMN: reason`.
    private func faults(_ text: String, _ rules: PlacedYAMLReader.Rules = .init()) -> [String] {
        read(text, rules).faults.map { "\($0.place): \($0.reason)" }
    }

    /// A value as text: scalars in angle brackets where they are plain, with the place of each.
    private func described(_ value: PlacedYAML?) -> String {
        guard let value else { return "none" }
        return switch value.value {
        case .scalar(let text, let isPlain): (isPlain ? "<\(text)>" : "\"\(text)\"") + "@\(value.place)"
        case .sequence(let elements): "[" + elements.map(described).joined(separator: ", ") + "]@\(value.place)"
        case .mapping(let members):
            "{" + members.map { "\($0.key)@\($0.place): \(described($0.value))" }.joined(separator: ", ") + "}@\(value.place)"
        }
    }

    @Test(arguments: [
        ("a: 1", "{a@1:1: <1>@1:4}@1:1"),
        ("# one\na:\n  - x\n  - \"1000\"\n", "{a@2:1: [<x>@3:5, \"1000\"@4:5]@3:3}@2:1"),
        ("ä: ü\n", "{ä@1:1: <ü>@1:4}@1:1"),
        ("{a: {b: [c, 'd']}}", "{a@1:2: {b@1:6: [<c>@1:10, \"d\"@1:13]@1:9}@1:5}@1:1"),
        ("a:\nb: ~\n", "{a@1:1: <>@1:3, b@2:1: <~>@2:4}@1:1"),
        ("a: |\n  one\n  two\n", "{a@1:1: \"one\ntwo\n\"@1:4}@1:1"),
        ("---\ntext\n...\n", "<text>@2:1"),
        ("\u{FEFF}a: 1", "{a@1:2: <1>@1:5}@1:2"),
        ("", "none"), ("# nothing\n", "none"),
    ])
    func `a text is values with their places`(text: String, wanted: String) {
        let outcome = read(text)
        #expect(described(outcome.root) == wanted)
        #expect(outcome.faults == [])
    }

    @Test(arguments: [
        ("a: [1", "2:1: this is no YAML: did not find expected ',' or ']'"),
        (
            "a: 1\n\tb: 2\n",
            "2:1: this is no YAML: found a tab character that violates indentation: indent by spaces, not by tabs"
        ),
        ("a: b: c", "1:5: this is no YAML: mapping values are not allowed in this context"),
        ("a: \"b", "1:6: this is no YAML: found unexpected end of stream"),
        ("a: 1\nb: \u{1}\n", "2:4: this is no YAML: control characters are not allowed"),
        ("a: 1\n---\nb: 2\n", "2:1: a second document begins here: write one file for each"),
        ("[a]: 1\n", "1:1: a key is a text, not a list"),
    ])
    func `what is no YAML is one fault, and no value`(text: String, wanted: String) {
        #expect(faults(text) == [wanted])
        #expect(read(text).root == nil)
    }

    @Test func `bytes that are no UTF-8 have their place`() {
        let outcome = PlacedYAMLReader.read(Array("a: 1\nb: ".utf8) + [0xFF])
        #expect(outcome.faults.map(\.place) == [TextPlace(line: 2, column: 4)])
        #expect(PlacedYAMLReader.read([0xFF, 0xFE, 0x61, 0x00]).faults.count == 1, "UTF-16 is none of it")
    }

    @Test func `what files of settings do not need is refused, and all of it said`() {
        let text = """
            a: &anchor 1
            b: *anchor
            c: !!str 2
            a: 3
            """
        #expect(
            faults(text) == [
                "1:4: an anchor (&) is not taken: leave it out",
                "2:4: an alias (*) is not taken: write the value out",
                "3:4: a tag (!) is not taken: leave it out",
                "4:1: “a” is in line 1 already: leave one of both out",
            ])
    }

    @Test func `no text makes more of itself than it has`() {
        let bomb = "a: &a [x,x]\n" + (0..<30).map { "b\($0): &b\($0) [*a,*a,*a]\n" }.joined()
        #expect(read(bomb).faults.count > 30)
    }

    @Test func `depth and number of values are bounded`() {
        let deep = String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
        #expect(faults(deep) == ["1:17: more than 16 lists and maps within one another: write it flatter"])
        #expect(faults(String(deep.dropFirst().dropLast())) == [])
        #expect(faults(String(repeating: "[", count: 1 << 20)).count == 1)
        #expect(faults(String(repeating: "- ", count: 1 << 19)).count == 1)
        let wide = (0..<11).map { "- \($0)\n" }.joined()
        #expect(faults(wide, .init(mostNodes: 11)) == ["11:3: more than 11 values: leave some out"])
        #expect(faults(wide, .init(mostNodes: 12)) == [])
    }

    @Test func `nothing is nothing however it is written`() {
        guard case .sequence(let elements)? = read("[~, null, '', '~', text]\n").root?.value else {
            Issue.record("no list")
            return
        }
        #expect(elements.map(\.isNull) == [true, true, false, false, false])
        #expect(elements.map(\.kind) == ["nothing", "nothing", "a text", "a text", "a text"])
    }
}
