package import ApusText
import CYAML

/// Reads a file of settings that is written in YAML 1.1, with the place of every value and key.
///
/// What could make a small text a large value, or the same text mean two things, is refused: anchors and aliases, tags, a key that a
/// mapping has twice, a second document.
package struct PlacedYAMLReader {
    /// The bounds of what is read.
    package struct Rules: Sendable {
        /// The greatest depth of sequences and mappings within one another.
        let deepest: Int
        /// The number of values and keys past which a text is refused.
        let mostNodes: Int

        package init(deepest: Int = 16, mostNodes: Int = 100_000) {
            self.deepest = deepest
            self.mostNodes = mostNodes
        }
    }

    /// What a text comes to.
    package struct Outcome: Sendable {
        /// The value; `nil` of a text without one, and where reading stopped.
        package let root: PlacedYAML?
        /// What is wrong, in the order of the text. After what is no YAML at all nothing is read.
        package let faults: [YAMLFault]
    }

    /// The end of the reading, whose fault is noted.
    private struct Stopped: Error {}

    private let rules: Rules
    private let bytes: [UInt8]
    // Valid until `read` closes it, which is the only maker of a reader.
    private let parser: OpaquePointer
    private var faults: [YAMLFault] = []
    private var nodes = 0

    /// Reads a text of UTF-8. The bytes are not bounded here: whoever has read them from a file has bounded them.
    package static func read(_ bytes: [UInt8], within rules: Rules = Rules()) -> Outcome {
        guard let parser = apus_yaml_open(bytes, bytes.count) else { return Outcome(root: nil, faults: []) }
        defer { apus_yaml_close(parser) }
        var reader = Self(rules: rules, bytes: bytes, parser: parser)
        let root = try? reader.document()
        return Outcome(root: root.flatMap { $0 }, faults: reader.faults)
    }

    private init(rules: Rules, bytes: [UInt8], parser: OpaquePointer) {
        self.rules = rules
        self.bytes = bytes
        self.parser = parser
    }

    private mutating func document() throws(Stopped) -> PlacedYAML? {
        guard try next().kind == APUS_YAML_DOCUMENT else { return nil }
        let root = try value(try next(), depth: 0)
        let end = try next()
        if end.kind == APUS_YAML_DOCUMENT { try stop("a second document begins here: write one file for each", at: end.place) }
        return root
    }

    // MARK: - Events

    private mutating func next() throws(Stopped) -> apus_yaml_event {
        let event = apus_yaml_next(parser)
        guard event.kind == APUS_YAML_ERROR else { return event }
        let place = event.is_at_offset ? TextPlace(offset: event.offset, in: bytes) : event.place
        try stop("this is no YAML: \(text(of: event))\(Self.remedy(for: bytes, at: place))", at: place)
    }

    private func text(of event: apus_yaml_event) -> String {
        // In bounds: the event says how many bytes are copied.
        var bytes = [UInt8](repeating: 0, count: event.length)
        apus_yaml_copy_text(parser, &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func stop(_ reason: String, at place: TextPlace) throws(Stopped) -> Never {
        faults.append(YAMLFault(place: place, reason: reason))
        throw Stopped()
    }

    /// What helps in the commonest case: tabs look like spaces, and YAML takes none before a value.
    private static func remedy(for bytes: [UInt8], at place: TextPlace) -> String {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: place.line, omittingEmptySubsequences: false)
        guard place.line <= lines.count else { return "" }
        let indentation = lines[place.line - 1].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return indentation.contains(UInt8(ascii: "\t")) ? ": indent by spaces, not by tabs" : ""
    }

    // MARK: - Values

    private mutating func value(_ event: apus_yaml_event, depth: Int) throws(Stopped) -> PlacedYAML {
        nodes += 1
        let place = event.place
        if nodes > rules.mostNodes { try stop("more than \(rules.mostNodes) values: leave some out", at: place) }
        note(event)
        switch event.kind {
        case APUS_YAML_SCALAR:
            return PlacedYAML(value: .scalar(text(of: event), isPlain: event.is_plain), place: place)
        case APUS_YAML_ALIAS: return PlacedYAML(value: .scalar("", isPlain: true), place: place)
        case APUS_YAML_SEQUENCE:
            return PlacedYAML(value: .sequence(try elements(depth: try deeper(depth, at: place))), place: place)
        case APUS_YAML_MAPPING:
            return PlacedYAML(value: .mapping(try members(depth: try deeper(depth, at: place))), place: place)
        default: try stop("a value is missing: write one", at: place)
        }
    }

    private mutating func deeper(_ depth: Int, at place: TextPlace) throws(Stopped) -> Int {
        guard depth < rules.deepest else {
            try stop("more than \(rules.deepest) lists and maps within one another: write it flatter", at: place)
        }
        return depth + 1
    }

    /// Notes what a value has that no file of settings needs.
    private mutating func note(_ event: apus_yaml_event) {
        if event.kind == APUS_YAML_ALIAS {
            faults.append(YAMLFault(place: event.place, reason: "an alias (*) is not taken: write the value out"))
        }
        if event.has_anchor {
            faults.append(YAMLFault(place: event.place, reason: "an anchor (&) is not taken: leave it out"))
        }
        if event.has_tag {
            faults.append(YAMLFault(place: event.place, reason: "a tag (!) is not taken: leave it out"))
        }
    }

    private mutating func elements(depth: Int) throws(Stopped) -> [PlacedYAML] {
        var elements: [PlacedYAML] = []
        while true {
            let event = try next()
            if event.kind == APUS_YAML_CLOSE { return elements }
            elements.append(try value(event, depth: depth))
        }
    }

    private mutating func members(depth: Int) throws(Stopped) -> [PlacedYAML.Member] {
        var members: [PlacedYAML.Member] = []
        var places: [ByteText: TextPlace] = [:]
        while true {
            let event = try next()
            if event.kind == APUS_YAML_CLOSE { return members }
            let key = try value(event, depth: depth)
            guard case .scalar(let name, _) = key.value else { try stop("a key is a text, not \(key.kind)", at: key.place) }
            let value = try value(try next(), depth: depth)
            if let first = places[ByteText(name)] {
                faults.append(
                    YAMLFault(
                        place: key.place,
                        reason: "\(name.quotedExcerpt()) is in line \(first.line) already: leave one of both out"))
            } else {
                places[ByteText(name)] = key.place
                members.append(PlacedYAML.Member(key: name, place: key.place, value: value))
            }
        }
    }
}

extension apus_yaml_event {
    fileprivate var place: TextPlace { TextPlace(line: line + 1, column: column + 1) }
}

/// What is wrong with a YAML text, and where.
package struct YAMLFault: Hashable, Sendable {
    package let place: TextPlace
    /// What is wrong, and what to write where that is not plain.
    package let reason: String
}
