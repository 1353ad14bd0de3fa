/// The journal's names of fields: A–Z, 0–9 and `_`, at most 64, beginning with a letter (systemd.journal-fields(7); names with
/// a leading underscore belong to journald, which drops them from others).
package enum JournalFieldName {
    package static let lengthLimit = 64

    /// The legal name nearest to a metadata key: `request-id`, `request.id` and `requestID` all become `REQUEST_ID`.
    ///
    /// Leading underscores go; a name that would begin with a digit, or be empty, gets `FIELD_` in front.
    package static func legal(_ key: String) -> String {
        var name: [UInt8] = []
        name.reserveCapacity(key.utf8.count + 4)
        var wasLowercase = false
        for byte in key.utf8 {
            var next = byte
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): next = byte - 32
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): if wasLowercase { name.append(underscore) }
            case UInt8(ascii: "0")...UInt8(ascii: "9"): break
            // The rest of a character that its first byte stands for already.
            case 0x80...0xBF: continue
            default: next = underscore
            }
            wasLowercase = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            if next == underscore && name.isEmpty { continue }
            name.append(next)
        }
        guard let first = name.first else { return "FIELD" }
        if first < UInt8(ascii: "A") { name.insert(contentsOf: "FIELD_".utf8, at: 0) }
        return String(decoding: name.prefix(lengthLimit), as: UTF8.self)
    }

    /// A name that is not taken: the given one itself, or with the first free one of `_2`, `_3` …, still within the limit.
    package static func unique(_ name: String, taken: [String]) -> String {
        guard taken.contains(name) else { return name }
        var number = 2
        while true {
            let suffix = "_\(number)"
            // Legal names are ASCII: as many characters as bytes.
            let candidate = name.prefix(lengthLimit - suffix.utf8.count) + suffix
            if !taken.contains(String(candidate)) { return String(candidate) }
            number += 1
        }
    }

    private static let underscore = UInt8(ascii: "_")
}
