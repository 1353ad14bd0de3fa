/// A place within one line of an exposition, from which the line is taken word by word.
struct ExpositionCursor {
    typealias Problem = ExpositionSyntaxError.Problem

    private let bytes: [UInt8]
    private let grammar: ExpositionReader.Grammar
    private let end: Int
    private let mostLabels: Int
    private let isLenient: Bool
    private var index: Int

    init(_ line: Range<Int>, of bytes: [UInt8], as grammar: ExpositionReader.Grammar, mostLabels: Int, isLenient: Bool) {
        self.bytes = bytes
        self.isLenient = isLenient
        self.mostLabels = mostLabels
        self.grammar = grammar
        index = line.lowerBound
        end = line.upperBound
        skipBlanks()
    }

    var isAtEnd: Bool { index == end }

    /// The next byte.
    var byte: UInt8? { index < end ? bytes[index] : nil }

    func error(_ problem: Problem) -> ExpositionLineError { ExpositionLineError(problem: problem, index: index) }

    /// Takes the byte and blanks after it if it is next.
    mutating func take(_ expected: UInt8) -> Bool {
        guard byte == expected else { return false }
        index += 1
        skipBlanks()
        return true
    }

    /// Takes everything up to the next blank.
    mutating func word() -> ArraySlice<UInt8> {
        let word = bytes[index..<end].prefix { !Self.isBlank($0) }
        index = word.endIndex
        skipBlanks()
        return word
    }

    /// Takes the name of a family or a series.
    mutating func name() throws(ExpositionLineError) -> String {
        if grammar != .text, byte == UInt8(ascii: "\"") { return try quoted(.noName) }
        let word = bytes[index..<end].prefix { !Self.isBlank($0) && $0 != UInt8(ascii: "{") }
        // Some programs write dots without the quotes that these need.
        guard MetricName.isLegal(String(decoding: grammar == .any ? Self.undotted(word) : word, as: UTF8.self)) else {
            throw error(.noName)
        }
        let name = String(decoding: word, as: UTF8.self)
        index = word.endIndex
        skipBlanks()
        return name
    }

    /// Whether a name is next that would be legal with underscores for its dots.
    var isAtDottedName: Bool {
        let word = bytes[index..<end].prefix { !Self.isBlank($0) }
        return word.contains(UInt8(ascii: ".")) && MetricName.isLegal(String(decoding: Self.undotted(word), as: UTF8.self))
    }

    /// A word with underscores for its dots, by its bytes: as text it would be taken apart into characters first.
    private static func undotted(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        ArraySlice(word.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 })
    }

    /// Takes the labels between braces, if there are some.
    ///
    /// - Parameter name: receives a metric's name that stands in quotes among them, which the text format does not know.
    mutating func labels(_ name: inout String?) throws(ExpositionLineError) -> [ServedLabel] {
        guard !isAtComposite, take(UInt8(ascii: "{")) else { return [] }
        var labels: [ServedLabel] = []
        while !take(UInt8(ascii: "}")) {
            let start = self
            let isQuoted = grammar != .text && byte == UInt8(ascii: "\"")
            let label = isQuoted ? try quoted(.badLabel) : try labelName()
            if take(UInt8(ascii: "=")) {
                guard byte == UInt8(ascii: "\"") else { throw error(.badLabel) }
                let value = try quoted(.badLabelValue(label))
                guard labels.count < mostLabels else { throw start.error(.tooManyLabels(mostLabels)) }
                // By their bytes: comparing texts of many combining marks takes the square of their length.
                guard !labels.contains(where: { $0.name.utf8.elementsEqual(label.utf8) }) else {
                    throw start.error(.repeatedLabel(label))
                }
                labels.append(ServedLabel(name: label, value: value))
            } else {
                guard isQuoted, name == nil else { throw (isQuoted ? start : self).error(.badLabel) }
                name = label
            }
            guard take(UInt8(ascii: ",")) || byte == UInt8(ascii: "}") else { throw error(.badLabel) }
        }
        return labels
    }

    private mutating func labelName() throws(ExpositionLineError) -> String {
        let word = bytes[index..<end].prefix { $0 != UInt8(ascii: "=") && !Self.isBlank($0) }
        let name = String(decoding: word, as: UTF8.self)
        guard
            MetricName.isLegalLabel(name) || grammar == .any && MetricName.isLegal(name)
                || isLenient && MetricName.isLegal(name) && !name.utf8.contains(UInt8(ascii: ":"))
        else { throw error(.badLabel) }
        index = word.endIndex
        skipBlanks()
        return name
    }

    /// Takes a text in quotes.
    ///
    /// - Parameter problem: what it means that the text does not end or has an escape that is none.
    private mutating func quoted(_ problem: Problem) throws(ExpositionLineError) -> String {
        let start = self
        index += 1
        var content: [UInt8] = []
        var plain = index
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                let text = String(
                    decoding: content.isEmpty ? bytes[plain..<index] : content + bytes[plain..<index], as: UTF8.self)
                index += 1
                skipBlanks()
                return text
            case UInt8(ascii: "\\"):
                content += bytes[plain..<index]
                guard index + 1 < end else { throw start.error(problem) }
                switch bytes[index + 1] {
                case UInt8(ascii: "n"): content.append(UInt8(ascii: "\n"))
                case UInt8(ascii: "\\"), UInt8(ascii: "\""): content.append(bytes[index + 1])
                default:
                    guard isLenient, case .badLabelValue = problem else { throw error(problem) }
                    content += bytes[index...index + 1]
                }
                index += 2
                plain = index
            default: index += 1
            }
        }
        throw start.error(problem)
    }

    /// Takes a number, and tells how it is written.
    mutating func number(_ problem: (String) -> Problem) throws(ExpositionLineError) -> (value: Double, text: String) {
        let start = self
        let word = word()
        let text = String(decoding: word, as: UTF8.self)
        guard let value = NumberText.number(word) else { throw start.error(problem(text)) }
        return (value, text)
    }

    /// Whether a composite value of OpenMetrics 2.0 is next, such as `{count:1,sum:2}`: no label's name has a colon.
    var isAtComposite: Bool {
        guard grammar == .any, byte == UInt8(ascii: "{") else { return false }
        let marks = Array(":=\",}".utf8)
        return bytes[index..<end].first(where: marks.contains) == UInt8(ascii: ":")
    }

    /// Takes a composite value of OpenMetrics 2.0, in braces.
    mutating func composite() throws(ExpositionLineError) -> String {
        guard let close = bytes[index..<end].firstIndex(of: UInt8(ascii: "}")) else {
            throw error(.badValue(String(decoding: bytes[index..<end], as: UTF8.self)))
        }
        defer {
            index = close + 1
            skipBlanks()
        }
        return String(decoding: bytes[index...close], as: UTF8.self)
    }

    /// Takes a help text, which goes to the end of the line.
    mutating func help() -> String {
        var text: [UInt8] = []
        while let byte {
            index += 1
            guard byte == UInt8(ascii: "\\"), let escaped = self.byte,
                escaped == UInt8(ascii: "n") || escaped == UInt8(ascii: "\\")
                    || grammar == .any && escaped == UInt8(ascii: "\"")
            else {
                text.append(byte)
                continue
            }
            index += 1
            text.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private mutating func skipBlanks() {
        while index < end, Self.isBlank(bytes[index]) { index += 1 }
    }
}

/// What is wrong with a line, before it is known which one it is.
struct ExpositionLineError: Error {
    let problem: ExpositionSyntaxError.Problem
    /// The byte of the text at which it shows.
    let index: Int
}
