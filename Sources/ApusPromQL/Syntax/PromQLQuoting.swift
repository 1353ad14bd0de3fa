/// Strings as PromQL writes them: Go's, in double quotes.
enum PromQLQuoting {
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..<" ", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Whether a label's name can stand without quotes.
    static func isLabelName(_ name: String) -> Bool { isName(name, allowsColon: false) }

    /// Whether a metric's name can stand outside of the braces.
    static func isMetricName(_ name: String) -> Bool { isName(name, allowsColon: true) }

    private static func isName(_ name: String, allowsColon: Bool) -> Bool {
        // Variables of Grafana stay what they are.
        if name.utf8.contains(UInt8(ascii: "$")) || name.contains("[[") { return true }
        guard let first = name.utf8.first, !isDigit(first) else { return false }
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || (allowsColon && $0 == UInt8(ascii: ":")) }
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// A letter or an underscore.
    static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
}
