import ApusMetrics

/// Numbers as a person writes them: `10000`, `0.00001`, `536870912`; an exponent only past 21 digits.
package enum PromQLNumber {
    /// The shortest decimal that reads back as the same double; `NaN`, `Inf` and `-Inf` as PromQL spells them.
    package static func string(_ value: Double) -> String {
        if value.isInfinite { return value < 0 ? "-Inf" : "Inf" }
        // Most are small whole numbers.
        if let whole = Int32(exactly: value), whole != 0 { return String(whole) }
        let text = NumberText.string(value)
        guard let marker = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: marker)...]),
            abs(exponent) <= 21
        else { return text }
        return expanded(text[..<marker], exponent: exponent)
    }

    /// `-1.25` with exponent -5 is `-0.0000125`.
    private static func expanded(_ mantissa: Substring, exponent: Int) -> String {
        let sign = mantissa.hasPrefix("-") ? "-" : ""
        let parts = mantissa.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
        let whole = parts.first ?? "0"
        let digits = String(whole) + (parts.count == 2 && parts[1] != "0" ? String(parts[1]) : "")
        let point = whole.count + exponent
        if point <= 0 { return "\(sign)0.\(String(repeating: "0", count: -point))\(digits)" }
        if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) }
        return "\(sign)\(digits.prefix(point)).\(digits.dropFirst(point))"
    }
}
