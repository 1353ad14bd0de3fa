/// The rest of one line of the text format, read from its start.
struct ExpositionLine {
    typealias Problem = ExpositionSyntaxError.Problem

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
        skipBlanks()
    }

    var isEmpty: Bool { rest.isEmpty }

    /// Takes the byte and blanks after it if it is next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        skipBlanks()
        return true
    }

    /// Everything up to the next blank.
    mutating func word() -> String {
        let word = rest.prefix { !Self.isBlank($0) }
        rest = rest.dropFirst(word.count)
        skipBlanks()
        return String(decoding: word, as: UTF8.self)
    }

    /// A metric's name.
    mutating func name() throws(ExpositionLineProblem) -> String {
        let word = rest.prefix { !Self.isBlank($0) && $0 != UInt8(ascii: "{") }
        let name = String(decoding: word, as: UTF8.self)
        guard MetricName.isLegal(name) else { throw ExpositionLineProblem(.noName) }
        rest = rest.dropFirst(word.count)
        skipBlanks()
        return name
    }

    /// The names of the labels between braces.
    mutating func labelNames() throws(ExpositionLineProblem) -> [String] {
        guard take(UInt8(ascii: "{")) else { return [] }
        var names: [String] = []
        while !take(UInt8(ascii: "}")) {
            let name = String(decoding: rest.prefix { $0 != UInt8(ascii: "=") && !Self.isBlank($0) }, as: UTF8.self)
            rest = rest.dropFirst(name.utf8.count)
            skipBlanks()
            guard MetricName.isLegalLabel(name), take(UInt8(ascii: "=")) else { throw ExpositionLineProblem(.badLabel) }
            try skipValue(of: name)
            names.append(name)
            guard take(UInt8(ascii: ",")) || rest.first == UInt8(ascii: "}") else { throw ExpositionLineProblem(.badLabel) }
        }
        return names
    }

    /// Takes a quoted value.
    private mutating func skipValue(of name: String) throws(ExpositionLineProblem) {
        guard rest.popFirst() == UInt8(ascii: "\"") else { throw ExpositionLineProblem(.badLabel) }
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                skipBlanks()
                return
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), Self.escapable.contains(escaped) else {
                    throw ExpositionLineProblem(.badLabelValue(name))
                }
            default: break
            }
        }
        throw ExpositionLineProblem(.badLabelValue(name))
    }

    /// A help text, which goes to the end of the line.
    mutating func help() -> String {
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let escaped = rest.first,
                escaped == UInt8(ascii: "n") || escaped == UInt8(ascii: "\\")
            else {
                text.append(byte)
                continue
            }
            rest.removeFirst()
            text.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let escapable = Array("\\\"n".utf8)

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private mutating func skipBlanks() { rest = rest.drop(while: Self.isBlank) }
}

/// What is wrong with a line, before it is known which one it is.
struct ExpositionLineProblem: Error {
    let problem: ExpositionSyntaxError.Problem
    init(_ problem: ExpositionSyntaxError.Problem) { self.problem = problem }
}
