extension NumberText {
    /// The number that an exposition may write so, or `nil`.
    ///
    /// As Prometheus reads it: decimal digits with a point and an exponent, `Inf`, `Infinity` and `NaN` in any case; neither
    /// hexadecimal digits, a payload of NaN, nor a number that no double holds, which Swift's own initializer takes.
    static func number(_ bytes: ArraySlice<UInt8>) -> Double? {
        var rest = bytes
        let isSigned = rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-")
        if isSigned { rest = rest.dropFirst() }
        if let first = rest.first, first | 0x20 == UInt8(ascii: "i") || first | 0x20 == UInt8(ascii: "n") {
            switch String(decoding: rest, as: UTF8.self).lowercased() {
            case "inf", "infinity": return bytes.first == UInt8(ascii: "-") ? -.infinity : .infinity
            case "nan" where !isSigned: return .nan
            default: return nil
            }
        }
        guard isDecimal(rest), let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// Whether bytes are digits with at most one point, and an exponent or none.
    private static func isDecimal(_ bytes: ArraySlice<UInt8>) -> Bool {
        func digits(_ rest: inout ArraySlice<UInt8>) -> Int {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            rest = rest[digits.endIndex...]
            return digits.count
        }
        var rest = bytes
        var count = digits(&rest)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            count += digits(&rest)
        }
        guard count > 0 else { return false }
        if let marker = rest.first, marker | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard digits(&rest) > 0 else { return false }
        }
        return rest.isEmpty
    }
}
