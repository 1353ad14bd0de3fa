/// A variable of Grafana in a text: `$name`, `${name}`, `${name:format}`, `${name.field}` or `[[name]]`.
struct VariableReference {
    let name: String
    /// The offset in bytes of the text.
    let offset: Int

    /// The offset behind it, in bytes of the text.
    let end: Int

    static func all(in text: String) -> [VariableReference] {
        let bytes = Array(text.utf8)
        var references: [VariableReference] = []
        var index = 0
        while index < bytes.count {
            let start = index
            let closing: UInt8?
            if bytes[index...].starts(with: "${".utf8) {
                index += 2
                closing = UInt8(ascii: "}")
            } else if bytes[index...].starts(with: "[[".utf8) {
                index += 2
                closing = UInt8(ascii: "]")
            } else if bytes[index] == UInt8(ascii: "$") {
                index += 1
                closing = nil
            } else {
                index += 1
                continue
            }
            let name = bytes[index...].prefix(while: isOfName)
            index += name.count
            // Groups of a regular expression have numbers, character classes a colon.
            guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { continue }
            if let closing {
                index =
                    bytes[index...].firstIndex(of: closing).map { $0 + (closing == UInt8(ascii: "]") ? 2 : 1) } ?? bytes.count
            }
            references.append(
                VariableReference(name: String(decoding: name, as: UTF8.self), offset: start, end: min(index, bytes.count)))
        }
        return references
    }

    /// Whether Grafana itself defines it.
    var isBuiltIn: Bool { name.hasPrefix("__") || name == "timeFilter" }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
