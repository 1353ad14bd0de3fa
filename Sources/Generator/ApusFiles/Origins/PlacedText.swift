package import ApusTopology

/// A text file, line by line, each with the place in the topology that it follows from.
package struct PlacedText {
    struct Line {
        let text: String
        /// Nil for what every fleet has.
        let place: SourcePlace?
    }

    private(set) var lines: [Line] = []

    package init() {}

    /// Appends text of one or more lines.
    package mutating func add(_ text: String, from place: SourcePlace? = nil) {
        lines += text.split(separator: "\n", omittingEmptySubsequences: false).map { Line(text: String($0), place: place) }
    }

    package mutating func addBlankLine() { lines.append(Line(text: "", place: nil)) }

    /// Appends `head { … }` with its body indented.
    package mutating func addBlock(_ head: String, from place: SourcePlace? = nil, _ body: (inout PlacedText) -> Void) {
        var inner = PlacedText()
        body(&inner)
        add("\(head) {", from: place)
        lines += inner.lines.map { Line(text: $0.text.isEmpty ? "" : "    \($0.text)", place: $0.place ?? place) }
        add("}", from: place)
    }

    package var contents: String { lines.map { "\($0.text)\n" }.joined() }

    /// With the place of each line that has one, runs of lines together.
    package func file(_ path: String) -> GeneratedFile {
        var origins: [FileOrigin] = []
        var run: (first: Int, place: SourcePlace)?
        for (index, line) in lines.enumerated() where line.place != run?.place {
            if let run { origins.append(FileOrigin(.lines(run.first...index), run.place)) }
            run = line.place.map { (index + 1, $0) }
        }
        if let run { origins.append(FileOrigin(.lines(run.first...lines.count), run.place)) }
        return GeneratedFile(path: path, contents: contents, origins: origins)
    }
}
