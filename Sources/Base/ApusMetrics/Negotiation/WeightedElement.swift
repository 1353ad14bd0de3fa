/// An element of `Accept` or `Accept-Encoding`: a value, its parameters and its weight (RFC 9110, sections 5.6 and 12.4.2).
struct WeightedElement {
    /// The media range or coding, in lower case.
    let value: String
    /// The parameters without `q`, with names in lower case, in order.
    let parameters: [(name: String, value: String)]
    /// The weight from 0 (not acceptable) to 1; 1 when the element has none.
    let weight: Double

    /// The elements of a field, in order. One that breaks the grammar is left out and the others count.
    static func list(_ field: String) -> [WeightedElement] {
        split(Array(field.utf8)[...], at: UInt8(ascii: ",")).compactMap(WeightedElement.init)
    }

    private init?(_ element: ArraySlice<UInt8>) {
        // No type or coding has others, and texts without them are compared by their bytes.
        guard element.allSatisfy({ $0 < 0x80 }) else { return nil }
        var parts = Self.split(element, at: UInt8(ascii: ";"))[...]
        guard let value = parts.popFirst(), !value.isEmpty else { return nil }
        var parameters: [(name: String, value: String)] = []
        var weight = 1.0
        // An empty parameter is legal.
        for part in parts where !part.isEmpty {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let name = String(decoding: Self.trimmed(part[..<equals]), as: UTF8.self).lowercased()
            guard !name.isEmpty, let text = Self.unquoted(Self.trimmed(part[part.index(after: equals)...])) else { return nil }
            if name == "q" {
                guard let quality = Self.quality(text) else { return nil }
                weight = quality
            } else {
                parameters.append((name, text))
            }
        }
        self.value = String(decoding: value, as: UTF8.self).lowercased()
        self.parameters = parameters
        self.weight = weight
    }

    /// Parts between separators that stand outside quoted strings, without the white space around them.
    private static func split(_ bytes: ArraySlice<UInt8>, at separator: UInt8) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        var quoted = false
        var escaped = false
        for index in bytes.indices {
            let byte = bytes[index]
            if escaped {
                escaped = false
            } else if quoted && byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                quoted.toggle()
            } else if byte == separator && !quoted {
                parts.append(trimmed(bytes[start..<index]))
                start = index + 1
            }
        }
        parts.append(trimmed(bytes[start...]))
        return parts
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let end = bytes.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? bytes.startIndex
        return bytes[..<end].drop(while: isSpace)
    }

    /// A token as it stands, or what a quoted string means; nothing when a quote is missing or nothing is there.
    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.first == UInt8(ascii: "\"") else {
            return bytes.isEmpty || bytes.contains(UInt8(ascii: "\"")) ? nil : String(decoding: bytes, as: UTF8.self)
        }
        var text: [UInt8] = []
        var rest = bytes.dropFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return rest.isEmpty ? String(decoding: text, as: UTF8.self) : nil
            case UInt8(ascii: "\\"):
                guard let next = rest.popFirst() else { return nil }
                text.append(next)
            default: text.append(byte)
            }
        }
        return nil
    }

    /// A decimal from 0 to 1. More than three digits and a missing leading zero (`q=.2` of old Java clients) are read too.
    private static func quality(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }),
            let value = Double(text), value <= 1
        else { return nil }
        return value
    }
}
