/// Reads an exposition line by line.
///
/// ```swift
/// var reader = ExpositionReader("# TYPE up gauge\nup{zone=\"a\"} 1\n")
/// while let line = try reader.next() {
///     if case .sample(let sample) = line { print(sample.name, sample["zone"] ?? "", sample.valueText) }
/// }
/// ```
///
/// ``ExpositionSummary`` is what most want to know of a whole exposition.
public struct ExpositionReader: Sendable {
    /// What a text may be.
    public enum Grammar: Sendable {
        /// The text format 0.0.4 by its letter, as `Accept: text/plain;version=0.0.4` asks for it.
        case text
        /// The text format 1.0.0: 0.0.4, and names of any characters in quotes, as Prometheus 3 asks for with `escaping=allow-utf-8`.
        case quotedText
        /// The text format or OpenMetrics, 1.0 or 2.0: whatever a saved answer of `/metrics` has.
        ///
        /// Names in quotes, exemplars, start times, composite values, further types and the line ends of Windows are taken too.
        case any
    }

    private let bytes: [UInt8]
    private let grammar: Grammar
    /// The first byte of the line that comes next.
    private var position = 0
    /// The number of the line that was read last; the first is 1.
    public private(set) var lineNumber = 0
    /// The first byte of the line that was read last.
    private var lineStart = 0

    /// Labels that a sample may have.
    private let mostLabels: Int
    /// Whether it takes what the formats do not have, and Prometheus takes all the same.
    private let isLenient: Bool

    public init(_ text: String, as grammar: Grammar = .any) {
        self.init(Array(text.utf8), as: grammar)
    }

    /// - Parameters:
    ///   - bytes: UTF-8.
    ///   - mostLabels: labels that a sample may have: the time that one takes grows with the square of their number, so that it is 1,024
    ///   where nobody says less.
    ///   - isLenient: whether it takes what Prometheus takes besides: a backslash before any character of a label's value, names of labels
    ///   that begin with `__`, and in text lines of help and type without a name that can be read.
    package init(_ bytes: [UInt8], as grammar: Grammar, mostLabels: Int = 1024, isLenient: Bool = false) {
        self.isLenient = isLenient
        self.bytes = bytes
        self.grammar = grammar
        self.mostLabels = mostLabels
    }

    /// Every sample of a text, in its order.
    public static func samples(in text: String, as grammar: Grammar = .any) throws(ExpositionSyntaxError) -> [ServedSample] {
        var reader = Self(text, as: grammar)
        var samples: [ServedSample] = []
        while let line = try reader.next() {
            if case .sample(let sample) = line { samples.append(sample) }
        }
        return samples
    }

    /// The next line that says something; `nil` at the end of the text. Empty lines and comments say nothing.
    public mutating func next() throws(ExpositionSyntaxError) -> ExpositionLine? {
        while position < bytes.count {
            let start = position
            let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
            position = newline.map { $0 + 1 } ?? bytes.count
            lineNumber += 1
            lineStart = start
            var end = newline ?? bytes.count
            if grammar == .any, end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            do throws(ExpositionLineError) {
                if let line = try line(
                    ExpositionCursor(start..<end, of: bytes, as: grammar, mostLabels: mostLabels, isLenient: isLenient))
                {
                    return line
                }
            } catch {
                throw self.error(error, end: end)
            }
        }
        return nil
    }

    /// What the line that was read last begins with, up to its labels: the name of a sample.
    package var nameOfLine: String {
        String(decoding: bytes[lineStart...].prefix { $0 > UInt8(ascii: " ") && $0 != UInt8(ascii: "{") }, as: UTF8.self)
    }

    /// Names what a line has that no eye sees, where it is what the line cannot be read for.
    private func error(_ error: ExpositionLineError, end: Int) -> ExpositionSyntaxError {
        if lineStart == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return self.error(.byteOrderMark) }
        if end > lineStart, bytes[end - 1] == UInt8(ascii: "\r") { return self.error(.carriageReturn, at: end - 1) }
        return self.error(error.problem, at: error.index)
    }

    /// An error of the line that was read last.
    func error(_ problem: ExpositionSyntaxError.Problem) -> ExpositionSyntaxError {
        ExpositionSyntaxError(line: lineNumber, column: 1, problem: problem)
    }

    private func error(_ problem: ExpositionSyntaxError.Problem, at index: Int) -> ExpositionSyntaxError {
        let start = bytes[..<index].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        // A byte 10xxxxxx goes on with a code point that an earlier one began.
        let column = bytes[start..<index].count { $0 & 0b1100_0000 != 0b1000_0000 } + 1
        return ExpositionSyntaxError(line: lineNumber, column: column, problem: problem)
    }

    private func line(_ cursor: ExpositionCursor) throws(ExpositionLineError) -> ExpositionLine? {
        var cursor = cursor
        guard !cursor.isAtEnd else { return nil }
        guard cursor.take(UInt8(ascii: "#")) else { return .sample(try sample(&cursor)) }
        switch Self.keyword(cursor.word()) {
        case "HELP" where saysNothing(cursor), "TYPE" where isLenient && grammar != .any && cursor.isAtEnd: return nil
        case "HELP": return .help(family: try cursor.name(), cursor.help())
        case "TYPE":
            let name = try cursor.name()
            let start = cursor
            let word = cursor.word()
            guard let kind = kind(Self.keyword(word)) else {
                throw start.error(.unknownType(String(decoding: word.prefix(Self.longestExcerpt), as: UTF8.self)))
            }
            return .type(family: name, kind)
        case "UNIT" where grammar == .any:
            return .unit(family: try cursor.name(), String(decoding: cursor.word(), as: UTF8.self))
        case "EOF" where grammar == .any && cursor.isAtEnd: return .end
        default: return nil
        }
    }

    /// Bytes of a word that an error repeats.
    private static let longestExcerpt = 100

    /// A word that the formats have; empty for any other one, which is not compared as text: that takes the square of the length of a run
    /// of combining marks.
    private static func keyword(_ word: ArraySlice<UInt8>) -> String {
        word.count <= 32 && word.allSatisfy { $0 < 0x80 } ? String(decoding: word, as: UTF8.self) : ""
    }

    /// Whether a line of help is a comment to Prometheus, or of a family that no sample of the text can have.
    private func saysNothing(_ cursor: ExpositionCursor) -> Bool {
        isLenient && grammar != .any && (cursor.isAtEnd || cursor.isAtDottedName)
    }

    private func kind(_ word: String) -> ServedKind? {
        if let kind = ServedKind(rawValue: word) { return grammar == .any || kind.isOfTextFormat ? kind : nil }
        // "unknown" of OpenMetrics, and what formats of tomorrow may have.
        return grammar == .any ? .untyped : nil
    }

    private func sample(_ cursor: inout ExpositionCursor) throws(ExpositionLineError) -> ServedSample {
        let start = cursor
        var name = grammar != .text && cursor.byte == UInt8(ascii: "{") ? nil : try cursor.name()
        let labels = try cursor.labels(&name)
        guard let name else { throw start.error(.noName) }
        var sample: ServedSample
        if cursor.isAtComposite {
            sample = ServedSample(name: name, labels: labels, value: nil, valueText: try cursor.composite())
        } else {
            let (value, text) = try cursor.number { .badValue($0) }
            sample = ServedSample(name: name, labels: labels, value: value, valueText: text)
        }
        try rest(&cursor, of: &sample)
        return sample
    }

    /// What follows the value: a timestamp, and in OpenMetrics a start time and exemplars.
    private func rest(
        _ cursor: inout ExpositionCursor, of sample: inout ServedSample
    ) throws(ExpositionLineError) {
        guard !cursor.isAtEnd else { return }
        var start = cursor
        if grammar != .any {
            let word = String(decoding: cursor.word(), as: UTF8.self)
            guard let time = Int64(word), cursor.isAtEnd else { throw start.error(.badTimestamp(word)) }
            sample.timestamp = Double(time)
            return
        }
        while !cursor.isAtEnd, cursor.byte != UInt8(ascii: "#") {
            start = cursor
            let word = cursor.word()
            let isStart = word.starts(with: "st@".utf8)
            guard let time = NumberText.number(isStart ? word.dropFirst(3) : word) else {
                throw start.error(.badTimestamp(String(decoding: word, as: UTF8.self)))
            }
            if isStart { sample.startTime = time } else { sample.timestamp = time }
        }
        while !cursor.isAtEnd { sample.exemplars.append(try exemplar(&cursor)) }
    }

    private func exemplar(_ cursor: inout ExpositionCursor) throws(ExpositionLineError) -> Exemplar {
        let start = cursor
        var name: String?
        guard cursor.take(UInt8(ascii: "#")), cursor.byte == UInt8(ascii: "{") else { throw start.error(.badExemplar) }
        let labels = try cursor.labels(&name)
        guard name == nil else { throw start.error(.badExemplar) }
        let value = try cursor.number { _ in .badExemplar }.value
        let hasTime = !cursor.isAtEnd && cursor.byte != UInt8(ascii: "#")
        return Exemplar(
            labels: LabelBytes.render(labels.map { ($0.name, $0.value) }), value: value,
            timestamp: hasTime ? try cursor.number { .badTimestamp($0) }.value : nil)
    }
}

/// A line of an exposition that says something.
public enum ExpositionLine: Sendable {
    /// A `# HELP` line, its text unescaped.
    case help(family: String, String)
    /// A `# TYPE` line.
    case type(family: String, ServedKind)
    /// A `# UNIT` line of OpenMetrics.
    case unit(family: String, String)
    case sample(ServedSample)
    /// The line `# EOF`, which ends OpenMetrics.
    case end
}

/// One sample as a target serves it.
public struct ServedSample: Sendable {
    /// The name of its series, such as `wait_seconds_bucket` in the family `wait_seconds`.
    public let name: String
    /// The labels in their order, their values unescaped.
    public let labels: [ServedLabel]
    /// The value; `nil` for a composite one of OpenMetrics 2.0.
    public let value: Double?
    /// The value as it is written.
    public let valueText: String
    /// When the value was so, since the Unix epoch: milliseconds in text 0.0.4, seconds in OpenMetrics; `nil` where that is not said.
    public internal(set) var timestamp: Double?
    /// Seconds since the Unix epoch at which the count began, when OpenMetrics 2.0 tells it on the sample's line.
    public internal(set) var startTime: Double?
    /// What OpenMetrics has of exemplars on the sample's line.
    public internal(set) var exemplars: [Exemplar] = []

    /// The value of a label; `nil` when the sample does not have it.
    public subscript(label: String) -> String? { labels.first { $0.name.hasBytes(of: label) }?.value }

    /// The name and the labels as this package writes them: `up{zone="a"}`.
    public var series: String {
        labels.isEmpty
            ? name : "\(name){\(String(decoding: LabelBytes.render(labels.map { ($0.name, $0.value) }), as: UTF8.self))}"
    }
}

/// A label of a sample.
public struct ServedLabel: Hashable, Sendable {
    public let name: String
    public let value: String

    /// By their bytes: labels come from outside (``Swift/String/hasBytes(of:)``).
    public static func == (one: Self, other: Self) -> Bool {
        one.name.hasBytes(of: other.name) && one.value.hasBytes(of: other.value)
    }

    public func hash(into hasher: inout Hasher) {
        for byte in name.utf8 { hasher.combine(byte) }
        hasher.combine(name.utf8.count)
        for byte in value.utf8 { hasher.combine(byte) }
    }
}
