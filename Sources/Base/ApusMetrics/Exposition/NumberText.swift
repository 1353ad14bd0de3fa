import CExposition

/// Numbers as Prometheus reads them (Go's `strconv.ParseFloat`): the shortest text that gives the same double back, whole
/// numbers without a point, and `NaN`, `+Inf`, `-Inf` spelt so.
public enum NumberText {
    public static func append(_ value: Double, to bytes: inout [UInt8]) {
        guard value.isFinite else {
            bytes.append(contentsOf: (value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf").utf8)
            return
        }
        let start = reserve(in: &bytes)
        let count = apus_write_short_double(&bytes, start, value)
        bytes.removeLast(longest - count)
        guard count == 0 else { return }
        // Swift's description is the shortest round-trip form; only a trailing ".0" is not wanted.
        var text = value.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        bytes.append(contentsOf: text.utf8)
    }

    public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        let start = reserve(in: &bytes)
        bytes.removeLast(longest - apus_write_digits(&bytes, start, value))
    }

    /// The maximum number of bytes that the functions in C write.
    private static let longest = 24

    private static func reserve(in bytes: inout [UInt8]) -> Int {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: longest))
        return start
    }

    public static func string(_ value: Double) -> String {
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
