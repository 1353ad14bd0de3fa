import ApusText

/// Cuts a text into words, as Prometheus' lexer does.
struct PromQLLexer {
    let bytes: [UInt8]
    private let dialect: PromQLDialect
    private var index = 0
    /// Whether the place is within braces, where a name has no colon; within brackets a colon stands between window and step.
    private var isInBraces = false
    private var isInBrackets = false

    init(_ text: String, dialect: PromQLDialect) {
        bytes = Array(text.utf8)
        self.dialect = dialect
    }

    /// The word after the last one; `.end` for good at the end.
    mutating func next() throws(PromQLSyntaxError) -> PromQLToken {
        skipSpaceAndComments()
        let start = index
        let kind = try word()
        return PromQLToken(kind: kind, position: start..<index)
    }

    private mutating func word() throws(PromQLSyntaxError) -> PromQLToken.Kind {
        guard let byte = peek() else { return .end }
        if startsVariable { return try identifier() }
        if PromQLQuoting.isDigit(byte) || (byte == UInt8(ascii: ".") && peek(1).map(PromQLQuoting.isDigit) == true) {
            return try number()
        }
        if PromQLQuoting.isLetter(byte) || (byte == UInt8(ascii: ":") && !isInBraces && !isInBrackets) {
            return try identifier()
        }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") {
            return try string(quote: byte)
        }
        return try symbol()
    }

    private mutating func symbol() throws(PromQLSyntaxError) -> PromQLToken.Kind {
        for text in ["==", "!=", "<=", ">=", "=~", "!~"] where hasPrefix(text) {
            index += 2
            return .symbol(text)
        }
        let text = String(UnicodeScalar(bytes[index]))
        guard "(){}[],:=<>+-*/%^@".contains(text) else {
            let rest = String(decoding: bytes[index...].prefix(8), as: UTF8.self)
            throw error("\(rest.first.map(String.init) ?? "this") cannot stand here", at: index)
        }
        switch text {
        case "{": isInBraces = true
        case "}": isInBraces = false
        case "[": isInBrackets = true
        case "]": isInBrackets = false
        default: break
        }
        index += 1
        return .symbol(text)
    }

    private mutating func identifier() throws(PromQLSyntaxError) -> PromQLToken.Kind {
        let start = index
        var pieces = 0
        var variables = 0
        while let byte = peek() {
            if startsVariable {
                try skipVariable()
                variables += 1
            } else if PromQLQuoting.isLetter(byte) || PromQLQuoting.isDigit(byte)
                || (byte == UInt8(ascii: ":") && !isInBraces && !isInBrackets)
            {
                while let byte = peek(),
                    PromQLQuoting.isLetter(byte) || PromQLQuoting.isDigit(byte)
                        || (byte == UInt8(ascii: ":") && !isInBraces && !isInBrackets)
                {
                    index += 1
                }
            } else {
                break
            }
            pieces += 1
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if pieces == 1 && variables == 1 { return .variable(text) }
        if variables == 0, !isInBraces, let value = Self.namedNumber(text) { return .number(value) }
        return .identifier(text)
    }

    private static func namedNumber(_ text: String) -> Double? {
        switch text.lowercased() {
        case "inf": .infinity
        case "nan": .nan
        default: nil
        }
    }

    private mutating func number() throws(PromQLSyntaxError) -> PromQLToken.Kind {
        let start = index
        if hasPrefix("0x") || hasPrefix("0X") {
            index += 2
            skip { PromQLQuoting.isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0 | 0x20) }
        } else {
            skip(PromQLQuoting.isDigit)
            if let first = peek(), PromQLQuoting.isLetter(first), first | 0x20 != UInt8(ascii: "e") {
                return try duration(from: start)
            }
            if peek() == UInt8(ascii: ".") {
                index += 1
                skip(PromQLQuoting.isDigit)
            }
            if let marker = peek(), marker | 0x20 == UInt8(ascii: "e") {
                index += 1
                if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { index += 1 }
                skip(PromQLQuoting.isDigit)
            }
        }
        if startsVariable {
            try skipVariable()
            return .variable(String(decoding: bytes[start..<index], as: UTF8.self))
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        let isCut = peek().map { PromQLQuoting.isLetter($0) || $0 == UInt8(ascii: ".") } ?? false
        guard !isCut, let value = Self.value(of: text) else {
            skip { PromQLQuoting.isLetter($0) || PromQLQuoting.isDigit($0) || $0 == UInt8(ascii: ".") }
            let text = String(decoding: bytes[start..<index], as: UTF8.self)
            throw error("\(text) is no number and no duration: write 1.5, 1e3, 0x1F or 1h30m", at: start)
        }
        return .number(value)
    }

    /// Whole numbers as Go reads them, octal after a zero; everything else as a double.
    private static func value(of text: String) -> Double? {
        if text.hasPrefix("0x") || text.hasPrefix("0X") { return Int64(text.dropFirst(2), radix: 16).map(Double.init) }
        if text.hasPrefix("0"), text.count > 1, let octal = Int64(text, radix: 8) { return Double(octal) }
        if let whole = Int64(text) { return Double(whole) }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    private mutating func duration(from start: Int) throws(PromQLSyntaxError) -> PromQLToken.Kind {
        skip { PromQLQuoting.isLetter($0) || PromQLQuoting.isDigit($0) }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard let milliseconds = DurationText.milliseconds(in: text) else {
            throw error(
                "\(text) is no duration: write units from large to small, each once, such as 1d, 1h30m or 500ms", at: start)
        }
        return .duration(milliseconds)
    }

    private mutating func string(quote: UInt8) throws(PromQLSyntaxError) -> PromQLToken.Kind {
        let start = index
        index += 1
        var content: [UInt8] = []
        while let byte = peek() {
            index += 1
            if byte == quote {
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw error("the string has escapes that are no UTF-8", at: start)
                }
                return .string(text)
            }
            if quote != UInt8(ascii: "`") {
                if byte == UInt8(ascii: "\n") { break }
                if byte == UInt8(ascii: "\\") {
                    try content.append(contentsOf: escape(quote: quote))
                    continue
                }
            }
            content.append(byte)
        }
        throw error("the string does not end: close it with \(String(UnicodeScalar(quote)))", at: start)
    }

    /// What an escape stands for, behind its backslash.
    private mutating func escape(quote: UInt8) throws(PromQLSyntaxError) -> [UInt8] {
        let start = index - 1
        guard let byte = peek() else { throw error("the string does not end", at: start) }
        index += 1
        switch byte {
        case UInt8(ascii: "a"): return [7]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "v"): return [11]
        case UInt8(ascii: "\\"): return [byte]
        case quote: return [byte]
        case UInt8(ascii: "x"): return [UInt8(truncatingIfNeeded: try digits(2, radix: 16, from: start))]
        case UInt8(ascii: "u"): return try scalar(digits(4, radix: 16, from: start), from: start)
        case UInt8(ascii: "U"): return try scalar(digits(8, radix: 16, from: start), from: start)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            index -= 1
            let value = try digits(3, radix: 8, from: start)
            guard value <= 255 else { throw error("an octal escape goes to \\377", at: start) }
            return [UInt8(truncatingIfNeeded: value)]
        default:
            let name = String(UnicodeScalar(byte))
            throw error("\\\(name) is no escape: write \\\\\(name) for a backslash, or quote the string with `", at: start)
        }
    }

    private mutating func digits(_ count: Int, radix: Int, from start: Int) throws(PromQLSyntaxError) -> UInt32 {
        let text = String(decoding: bytes[index...].prefix(count), as: UTF8.self)
        guard text.utf8.count == count, let value = UInt32(text, radix: radix), text.first != "+" else {
            throw error("the escape needs \(count) digits", at: start)
        }
        index += count
        return value
    }

    private func scalar(_ value: UInt32, from start: Int) throws(PromQLSyntaxError) -> [UInt8] {
        guard let scalar = UnicodeScalar(value) else { throw error("the escape is no character of Unicode", at: start) }
        return Array(String(scalar).utf8)
    }
}

extension PromQLLexer {
    func error(_ message: String, at offset: Int) -> PromQLSyntaxError { PromQLSyntaxError(message, at: offset, in: bytes) }

    fileprivate func peek(_ distance: Int = 0) -> UInt8? {
        index + distance < bytes.count ? bytes[index + distance] : nil
    }

    fileprivate func hasPrefix(_ text: String) -> Bool { bytes[index...].starts(with: text.utf8) }

    fileprivate mutating func skip(_ condition: (UInt8) -> Bool) {
        while let byte = peek(), condition(byte) { index += 1 }
    }

    fileprivate mutating func skipSpaceAndComments() {
        while let byte = peek() {
            if byte == UInt8(ascii: "#") {
                skip { $0 != UInt8(ascii: "\n") }
            } else if byte == UInt8(ascii: " ") || (9...13).contains(byte) {
                index += 1
            } else {
                return
            }
        }
    }

    fileprivate var startsVariable: Bool {
        guard dialect == .grafana, let byte = peek() else { return false }
        if byte == UInt8(ascii: "$") { return true }
        return byte == UInt8(ascii: "[") && peek(1) == UInt8(ascii: "[") && peek(2).map(PromQLQuoting.isLetter) == true
    }

    fileprivate mutating func skipVariable() throws(PromQLSyntaxError) {
        let start = index
        if peek() == UInt8(ascii: "[") {
            skip { $0 != UInt8(ascii: "]") }
            guard peek() != nil, peek(1) == UInt8(ascii: "]") else {
                throw error("the variable does not end: write [[name]]", at: start)
            }
            index += 2
        } else if peek(1) == UInt8(ascii: "{") {
            skip { $0 != UInt8(ascii: "}") }
            guard peek() != nil else { throw error("the variable does not end: write ${name}", at: start) }
            index += 1
        } else {
            index += 1
            skip { PromQLQuoting.isLetter($0) || PromQLQuoting.isDigit($0) }
            guard index > start + 1 else { throw error("$ without a name: write $name", at: start) }
        }
    }
}
