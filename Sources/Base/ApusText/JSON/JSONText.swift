import FoundationEssentials

/// Writes values as JSON.
package enum JSONText {
    /// Stands for a number that is not finite until it is `null`. No text from outside can hold it: it is chosen anew in each process.
    private static let mark = Array("\u{7f}\(UUID().uuidString)".utf8)

    /// Writes a value with sorted keys, so that equal values are equal bytes. What is not seen is escaped, so that a terminal shows it.
    ///
    /// JSON has no number that is not finite (RFC 8259, section 6): `null` stands for it, so that one such number costs nobody the text.
    ///
    /// - Throws: what the value's own encoding throws.
    package static func encode(_ value: some Encodable, isPretty: Bool = false) throws -> [UInt8] {
        let encoder = JSONEncoder()
        let mark = String(decoding: mark, as: UTF8.self)
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: mark, negativeInfinity: mark, nan: mark)
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return escapingUnseen(withNulls(Array(try encoder.encode(value))))
    }

    /// JSON with `\uXXXX` for each code point that is not seen (``Unicode/Scalar/isUnseen``), which all stand in strings: the same values.
    package static func escapingUnseen(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(where: { $0 >= 0x7f }) else { return json }
        var result: [UInt8] = []
        result.reserveCapacity(json.count)
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            // Those that are ASCII are escaped already, or are white space between values.
            guard scalar.value >= 0x7f, scalar.isUnseen else {
                result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                continue
            }
            for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                let digits = String(unit, radix: 16)
                result.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)".utf8)
            }
        }
        return result
    }

    private static func withNulls(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text[...]
        while let start = rest.firstIndex(of: mark[0]) {
            let end = start + mark.count
            if rest[start...].starts(with: mark), start > text.startIndex, end < text.endIndex {
                // Between its quotes.
                result += rest[..<(start - 1)] + Array("null".utf8)
                rest = rest[(end + 1)...]
            } else {
                result += rest[...start]
                rest = rest[(start + 1)...]
            }
        }
        return result.isEmpty ? text : result + rest
    }
}
