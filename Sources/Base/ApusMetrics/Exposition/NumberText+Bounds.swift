extension NumberText {
    /// A bucket's bound as the value of `le`, in the canonical form of OpenMetrics 1.0 (Go's `%g`): with a point even when it is
    /// whole (`1.0`), with an exponent below a ten-thousandth and from a million on (`1e-05`, `1e+06`).
    ///
    /// Prometheus writes the bounds of protobuf in this form itself, so that a change of format renames no series; it gives zero no
    /// sign.
    public static func bound(_ value: Double) -> String {
        guard value != 0 else { return "0.0" }
        let text = string(value)
        guard value.isFinite, !text.contains("e") else { return text }
        if (1e-4..<1e6).contains(abs(value)) { return text.contains(".") ? text : text + ".0" }
        return scientific(text)
    }

    /// The digits of a number with an exponent of at least two digits.
    private static func scientific(_ text: String) -> String {
        let sign = text.hasPrefix("-") ? "-" : ""
        let parts = text.dropFirst(sign.count).split(separator: ".")
        let all = parts.joined()
        var digits = all.drop { $0 == "0" }
        let exponent = (parts.first?.count ?? 1) - 1 - (all.count - digits.count)
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        let mantissa = String(digits.prefix(1)) + (digits.count > 1 ? "." + digits.dropFirst() : "")
        let size = exponent.magnitude
        return sign + mantissa + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + String(size)
    }
}
