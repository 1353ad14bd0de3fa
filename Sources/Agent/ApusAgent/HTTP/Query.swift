/// The query of a request's target.
enum Query {
    /// The value of a parameter, percent-encoding undone; `nil` when it is not there or is no UTF-8.
    static func value(of name: String, in uri: String) -> String? {
        // By bytes: as characters, a combining mark would join the sign before it.
        let query = uri.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1).dropFirst().first ?? ""[...].utf8
        for part in query.split(separator: UInt8(ascii: "&")) {
            let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, sides[0].elementsEqual(name.utf8) else { continue }
            return decoded(sides[1])
        }
        return nil
    }

    /// A part of a target, percent-encoding undone; `nil` when it is no UTF-8.
    static func decoded(_ text: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The value of a hexadecimal digit; a number's parser would take a sign as well.
    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// All parameters of a request's target, each of which must be one of some names.
    ///
    /// A plus sign is a space, as forms have it.
    ///
    /// - Parameter longest: the bytes that a value may have.
    /// - Throws: ``QueryFault``.
    static func parameters(_ names: [String], in uri: String, longest: Int) throws(QueryFault) -> [String: String] {
        let query = uri.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1).dropFirst().first ?? ""[...].utf8
        var values: [String: String] = [:]
        for part in query.split(separator: UInt8(ascii: "&")) {
            let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = names.first(where: { $0.utf8.elementsEqual(sides[0]) }) else {
                throw QueryFault(
                    names.isEmpty
                        ? "the page takes no query: leave out what is behind the ?"
                        : "the query takes \(names.joined(separator: ", ")) and nothing else: leave the rest out")
            }
            guard values[name] == nil else { throw QueryFault("\(name) stands there twice: write it once") }
            guard sides.count == 2, !sides[1].isEmpty else { throw QueryFault("\(name) has no value: write \(name)=…") }
            guard sides[1].count <= 3 * longest, let value = decoded(spaced(sides[1])), value.utf8.count <= longest
            else {
                throw QueryFault(
                    "\(name) is no text of UTF-8 of \(longest) bytes at most: write other bytes than letters and digits as % and two hexadecimal digits"
                )
            }
            values[name] = value
        }
        return values
    }

    private static func spaced(_ text: Substring.UTF8View) -> Substring.UTF8View {
        guard text.contains(UInt8(ascii: "+")) else { return text }
        return Substring(decoding: text.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }, as: UTF8.self).utf8
    }
}

/// What is wrong with the query of a request, and what to write instead.
struct QueryFault: Error {
    let text: String

    init(_ text: String) { self.text = text }
}
