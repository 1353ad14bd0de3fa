import ApusSegment

/// The path that clients of the Pushgateway send metrics to: `/metrics/job/SERVICE/instance/INSTANCE`, where `@base64` behind a name says
/// that its value is packed (https://github.com/prometheus/pushgateway, the section on its URL).
enum PushgatewayPath {
    static let jobs = "/metrics/job"
    private static let packing = "@base64"

    /// A label of the path.
    struct Label: Equatable {
        let name: String
        /// Legal in a name if it was packed: `_` stands for what a name may not have. `nil` of what is no text in base64.
        let value: String?
        let isPacked: Bool
    }

    /// The labels of a path; none where a name has no value, or is no UTF-8. `nil` of a path that is no Pushgateway's.
    static func parts(of path: Substring) -> [Label]? {
        let isOfJob = [jobs, jobs + packing, jobs + "%40base64"].contains { path.hasPrefix($0 + "/") }
        guard isOfJob else { return nil }
        let raw = path.dropFirst("/metrics/".count).utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        // Clients write a space as forms do, and a plus as %2B.
        let parts = raw.compactMap { part in
            Query.decoded(Substring(decoding: part.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }, as: UTF8.self).utf8)
        }
        guard parts.count == raw.count, parts.count.isMultiple(of: 2) else { return [] }
        return stride(from: 0, to: parts.count, by: 2).map { label(parts[$0], parts[$0 + 1]) }
    }

    private static func label(_ name: String, _ value: String) -> Label {
        guard name.hasSuffix(packing) else { return Label(name: name, value: value, isPacked: false) }
        // Clients pack what has a slash, which no path would keep; no name of a service has one.
        return Label(
            name: String(name.dropLast(packing.count)), value: unpacked(value).map(Hello.legalName), isPacked: true)
    }

    /// The text of a value in base64, in the alphabet for URLs, its padding there or not (RFC 4648, section 5); an empty one is `=`.
    static func unpacked(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var (bits, count) = (UInt32(0), 0)
        var rest = Array(text.utf8)[...]
        while rest.last == UInt8(ascii: "=") { rest.removeLast() }
        for byte in rest {
            guard let digit = digit(byte) else { return nil }
            (bits, count) = ((bits << 6 | digit) & 0xFFFF, count + 6)
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        // One digit alone is no byte.
        return count < 6 ? String(validating: bytes, as: UTF8.self) : nil
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
