/// Reads a line of the text format: `name{label="value"} 1`.
struct SampleReader {
    private let bytes: [UInt8]
    private var index = 0

    init?(_ line: Substring) {
        bytes = Array(line.utf8)
        skipSpace()
        guard index < bytes.count else { return nil }
    }

    /// Name and labels; `nil` when the line is no sample.
    mutating func sample() -> (name: String, labels: Set<String>)? {
        var name = word()
        var labels: Set<String> = []
        skipSpace()
        if take("{") {
            while true {
                skipSpace()
                if take("}") { break }
                guard let label = bytes[index...].first == UInt8(ascii: "\"") ? quoted() : word() else { return nil }
                skipSpace()
                if take("=") {
                    skipSpace()
                    guard let value = quoted() else { return nil }
                    // An empty label is none.
                    if !value.isEmpty { labels.insert(label) }
                } else {
                    // In quotes and alone it is the metric's name.
                    guard name == nil else { return nil }
                    name = label
                }
                skipSpace()
                if !take(",") && bytes[index...].first != UInt8(ascii: "}") { return nil }
            }
        }
        skipSpace()
        let value = String(decoding: bytes[index...].prefix { $0 != UInt8(ascii: " ") && $0 != 9 }, as: UTF8.self)
        guard let name, Double(value) != nil || ["NaN", "+Inf", "-Inf", "Inf"].contains(value) || value.hasPrefix("{") else {
            return nil
        }
        return (name, labels)
    }

    private mutating func word() -> String? {
        let end = bytes[index...].firstIndex { !isOfName($0) } ?? bytes.count
        guard end > index else { return nil }
        defer { index = end }
        return String(decoding: bytes[index..<end], as: UTF8.self)
    }

    private mutating func quoted() -> String? {
        guard take("\"") else { return nil }
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") { index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1 }
        guard index < bytes.count else { return nil }
        defer { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func take(_ symbol: UnicodeScalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: symbol) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index] == UInt8(ascii: " ") || bytes[index] == 9 { index += 1 }
    }

    private func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
