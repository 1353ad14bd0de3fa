import ApusLimits

/// A user's name and password as a request has them in its field `Authorization` (RFC 7617).
package struct ClaimedUser: Equatable, Sendable {
    package let user: String
    package let password: [UInt8]

    /// - Parameter field: the field's value; nil for one of another scheme, and for what has not the form.
    package init?(_ field: String) {
        var bytes = Array(field.utf8)
        // White space behind a value is none of it (RFC 9110, section 5.5).
        while let last = bytes.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { bytes.removeLast() }
        let scheme = "basic "
        guard bytes.count <= TrustLimits.credentials.value.bytes, bytes.count > scheme.utf8.count,
            String(decoding: bytes.prefix(scheme.utf8.count), as: UTF8.self).lowercased() == scheme
        else { return nil }
        let token = bytes[scheme.utf8.count...].drop { $0 == UInt8(ascii: " ") }
        guard let text = Self.decoded(token), let colon = text.firstIndex(of: UInt8(ascii: ":")),
            let user = String(validating: text[..<colon], as: UTF8.self)
        else { return nil }
        self.user = user
        password = Array(text[(colon + 1)...])
    }

    /// The bytes of a text in base 64 (RFC 4648, section 4), whose padding some clients leave out.
    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let digits = text.reversed().drop { $0 == UInt8(ascii: "=") }.reversed()
        guard text.count - digits.count <= 2, digits.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            bits = bits << 6 | value
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            bits &= 1 << UInt32(count) - 1
        }
        return bits == 0 ? bytes : nil
    }

    private static func value(of digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
