/// Numbers as Prometheus reads them (Go's `strconv.ParseFloat`): the shortest text that gives the same double back, whole
/// numbers without a point, and `NaN`, `+Inf`, `-Inf` spelt so.
public enum NumberText {
    public static func append(_ value: Double, to bytes: inout [UInt8]) {
        guard value.isFinite else {
            bytes.append(contentsOf: (value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf").utf8)
            return
        }
        // Below 2^53 every whole double is an exact integer; above, the shortest form has an exponent.
        if value == value.rounded(.towardZero), abs(value) < 9_007_199_254_740_992, !(value == 0 && value.sign == .minus) {
            if value < 0 { bytes.append(UInt8(ascii: "-")) }
            append(UInt64(abs(value)), to: &bytes)
            return
        }
        // Swift's description is the shortest round-trip form (SwiftDtoa); only a trailing ".0" is not wanted.
        var text = value.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        bytes.append(contentsOf: text.utf8)
    }

    public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        // 20 digits hold 2^64 - 1.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = value
            var index = 20
            repeat {
                index -= 1
                let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
                digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder)
                rest = quotient
            } while rest > 0
            bytes.append(contentsOf: digits[index...])
        }
    }

    public static func string(_ value: Double) -> String {
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A bucket's bound as the value of `le`, with a point even when it is whole (`1.0`), as OpenMetrics requires: the same in
    /// every format, so that a change of format renames no series.
    public static func bound(_ value: Double) -> String {
        let text = string(value)
        return value.isFinite && !text.contains(where: { $0 == "." || $0 == "e" }) ? text + ".0" : text
    }
}
