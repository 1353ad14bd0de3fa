/// A word of an action between double braces, as Go's text/template reads it (https://pkg.go.dev/text/template).
struct TemplateToken {
    enum Kind: Equatable {
        /// A keyword or the name of a function.
        case word(String)
        /// A variable by its name without the dollar, and the fields that follow.
        case variable(String, fields: [String])
        /// `:=`
        case declaration
        case comma
        /// A text, a number, a field, an operator: what needs no more than to be well formed.
        case other
    }

    let kind: Kind
    /// The offset in bytes of the template.
    let offset: Int
}

/// A part of a template: the words of an action, or why it cannot be read.
enum TemplatePart {
    case action([TemplateToken], offset: Int)
    case fault(TemplateFault)
}

/// Why Prometheus refuses a template, and the remedy.
struct TemplateFault: Equatable {
    enum Kind { case form, function, variable }

    let kind: Kind
    /// The offset in bytes of the template.
    let offset: Int
    let message: String
}

/// Cuts a template into actions, and these into words.
struct TemplateLexer {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The actions in order; a fault is the last part.
    static func parts(of text: String) -> [TemplatePart] {
        var lexer = TemplateLexer(text)
        var parts: [TemplatePart] = []
        while let part = lexer.next() {
            parts.append(part)
            if case .fault = part { break }
        }
        return parts
    }

    private mutating func next() -> TemplatePart? {
        while index < bytes.count, !starts(with: "{{") { index += 1 }
        guard index < bytes.count else { return nil }
        let start = index
        index += 2
        if starts(with: "-"), index + 1 < bytes.count, Self.isSpace(bytes[index + 1]) { index += 1 }
        return skipsComment(from: start) ?? action(from: start)
    }

    /// Nil when no comment stands here.
    private mutating func skipsComment(from start: Int) -> TemplatePart? {
        var first = index
        while first < bytes.count, Self.isSpace(bytes[first]) { first += 1 }
        guard bytes[first...].starts(with: "/*".utf8) else { return nil }
        index = first
        while index < bytes.count, !starts(with: "*/") { index += 1 }
        guard index < bytes.count else { return fault(start, "the comment has no end: write */}}") }
        index += 2
        while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
        if starts(with: "-}}") { index += 1 }
        guard starts(with: "}}") else { return fault(start, "the comment ends before its action does: write */}}") }
        index += 2
        return .action([], offset: start)
    }

    private mutating func action(from start: Int) -> TemplatePart {
        var tokens: [TemplateToken] = []
        while index < bytes.count {
            if starts(with: "}}") {
                index += 2
                return .action(tokens, offset: start)
            }
            if starts(with: "-}}") {
                index += 3
                return .action(tokens, offset: start)
            }
            if Self.isSpace(bytes[index]) {
                index += 1
                continue
            }
            let offset = index
            guard let kind = word() else { return fault(offset, Self.complaint(of: bytes[offset])) }
            tokens.append(TemplateToken(kind: kind, offset: offset))
        }
        return fault(start, "the action is not closed: write }}")
    }

    /// The word that begins here; nil when none can.
    private mutating func word() -> TemplateToken.Kind? {
        switch bytes[index] {
        case UInt8(ascii: "$"):
            index += 1
            let name = name()
            return .variable(name, fields: fields())
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): return quoted(by: bytes[index]) ? .other : nil
        case UInt8(ascii: ":"):
            guard starts(with: ":=") else { return nil }
            index += 2
            return .declaration
        case UInt8(ascii: ","):
            index += 1
            return .comma
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "|"), UInt8(ascii: "="):
            index += 1
            return .other
        case UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            index += 1
            while index < bytes.count, Self.isOfName(bytes[index]) || bytes[index] == UInt8(ascii: ".") { index += 1 }
            return .other
        case let byte where Self.isOfName(byte): return .word(name())
        default: return nil
        }
    }

    private mutating func name() -> String {
        let start = index
        while index < bytes.count, Self.isOfName(bytes[index]) { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func fields() -> [String] {
        var fields: [String] = []
        while index + 1 < bytes.count, bytes[index] == UInt8(ascii: "."), Self.isOfName(bytes[index + 1]) {
            index += 1
            fields.append(name())
        }
        return fields
    }

    /// Whether the text has an end; between backquotes it may have several lines and no escapes.
    private mutating func quoted(by quote: UInt8) -> Bool {
        index += 1
        while index < bytes.count, bytes[index] != quote {
            if quote != UInt8(ascii: "`") {
                if bytes[index] == UInt8(ascii: "\n") { return false }
                if bytes[index] == UInt8(ascii: "\\") { index += 1 }
            }
            index += 1
        }
        guard index < bytes.count else { return false }
        index += 1
        return true
    }

    private func starts(with text: String) -> Bool { bytes[index...].starts(with: text.utf8) }

    private func fault(_ offset: Int, _ message: String) -> TemplatePart {
        .fault(TemplateFault(kind: .form, offset: offset, message: message))
    }

    private static func complaint(of byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            "the text has no end: close it with \(Character(UnicodeScalar(byte)))"
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "!"):
            "templates have no such operator: write lt, gt, le, ge, eq, ne or not before its operands"
        case let byte where byte < 0x80:
            "\(Character(UnicodeScalar(byte))) has no meaning in a template: leave it out, or quote it"
        default: "this has no meaning in a template: leave it out, or quote it"
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n")].contains(byte)
    }

    /// Letters of other scripts are letters too.
    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
