/// Labels as they stand on the wire: `name="value",name="value"`, values escaped after the Prometheus text format
/// (`\\`, `\"`, `\n`), without the braces. The form is the same in text 0.0.4 and OpenMetrics 1.0.
public enum LabelBytes {
    /// Renders labels in the given order.
    public static func render(_ pairs: some Sequence<(String, String)>) -> [UInt8] {
        var bytes: [UInt8] = []
        append(pairs, to: &bytes)
        return bytes
    }

    package static func append(_ pairs: some Sequence<(String, String)>, to bytes: inout [UInt8]) {
        var first = true
        for (name, value) in pairs {
            if !first { bytes.append(UInt8(ascii: ",")) }
            first = false
            bytes.append(contentsOf: name.utf8)
            bytes.append(UInt8(ascii: "="))
            bytes.append(UInt8(ascii: "\""))
            appendEscaped(value, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// Appends a value as it stands between quotes. U+0000 becomes U+FFFD: Prometheus takes a text to end there.
    static func appendEscaped(_ value: String, to bytes: inout [UInt8]) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "\\")])
            case UInt8(ascii: "\""): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "\"")])
            case UInt8(ascii: "\n"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case 0: bytes.append(contentsOf: replacement)
            default: bytes.append(byte)
            }
        }
    }

    /// U+FFFD in UTF-8.
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    /// Bytes of a text without U+0000, which no label may have: U+FFFD stands for it.
    package static func withoutNull(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(0) else { return bytes }
        return bytes.flatMap { $0 == 0 ? replacement : [$0] }
    }

    /// Parses rendered labels back into names and values, or says what is wrong with them.
    ///
    /// This is the border where bytes of another process become labels: the grammar is checked whole, so that what passes can be
    /// copied into an exposition as it is. Refused are illegal and reserved names, repeated names, wrong escapes, a raw newline
    /// or quote, and invalid UTF-8 (one bad label value would fail a whole scrape).
    ///
    /// - Parameter most: labels that there may be.
    public static func parse(_ bytes: [UInt8], most: Int = .max) throws(LabelSyntaxError) -> [(name: String, value: String)] {
        var labels: [(name: String, value: String)] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            if !labels.isEmpty {
                guard rest.popFirst() == UInt8(ascii: ",") else { throw .missingComma }
            }
            guard labels.count < most else { throw .tooMany }
            guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { throw .missingValue }
            guard let name = String(validating: rest[..<equals], as: UTF8.self), MetricName.isLegalLabel(name) else {
                throw .illegalName
            }
            guard !labels.contains(where: { $0.name == name }) else { throw .repeatedName(name) }
            rest = rest[rest.index(after: equals)...]
            guard rest.popFirst() == UInt8(ascii: "\"") else { throw .missingValue }
            labels.append((name, try parseValue(&rest, name: name)))
        }
        return labels
    }

    private static func parseValue(_ rest: inout ArraySlice<UInt8>, name: String) throws(LabelSyntaxError) -> String {
        var value: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: value, as: UTF8.self) else { throw .invalidUTF8(name) }
                return text
            case UInt8(ascii: "\\"):
                switch rest.popFirst() {
                case UInt8(ascii: "\\"): value.append(UInt8(ascii: "\\"))
                case UInt8(ascii: "\""): value.append(UInt8(ascii: "\""))
                case UInt8(ascii: "n"): value.append(UInt8(ascii: "\n"))
                default: throw .illegalEscape(name)
                }
            case UInt8(ascii: "\n"): throw .illegalEscape(name)
            default: value.append(byte)
            }
        }
        throw .unterminatedValue(name)
    }
}

/// What is wrong with rendered labels.
public enum LabelSyntaxError: Error, Equatable, CustomStringConvertible {
    case missingComma
    case missingValue
    case illegalName
    case repeatedName(String)
    case illegalEscape(String)
    case unterminatedValue(String)
    case invalidUTF8(String)
    /// More labels than whoever asks takes.
    case tooMany

    public var description: String {
        switch self {
        case .missingComma: "labels are not separated by a comma"
        case .missingValue: "a label has no quoted value"
        case .illegalName: "a label name is not of the form [a-zA-Z_][a-zA-Z0-9_]* or is reserved"
        case .repeatedName(let name): "label \(name) is there twice"
        case .illegalEscape(let name): "the value of label \(name) is not escaped as \\\\, \\\" or \\n"
        case .unterminatedValue(let name): "the value of label \(name) has no closing quote"
        case .invalidUTF8(let name): "the value of label \(name) is not valid UTF-8"
        case .tooMany: "there are too many labels"
        }
    }
}
