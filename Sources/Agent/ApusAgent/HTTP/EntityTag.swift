/// What tells the states of a document apart: a weak tag of RFC 9110, section 8.8.3.
struct EntityTag: CustomStringConvertible {
    /// Visible ASCII without quotes.
    let text: String

    var description: String { "W/\"\(text)\"" }

    /// Whether a client has this state already, by its field `If-None-Match`: weak tags and others are compared alike
    /// (section 8.8.3.2), and `*` is any.
    func isKnown(by field: String?) -> Bool {
        guard let field else { return false }
        var rest = field.utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }[...]
        if rest.elementsEqual("*".utf8) { return true }
        while !rest.isEmpty {
            if rest.starts(with: "W/".utf8) { rest = rest.dropFirst(2) }
            guard rest.first == UInt8(ascii: "\""), let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "\"")) else {
                return false
            }
            if rest[(rest.startIndex + 1)..<end].elementsEqual(text.utf8) { return true }
            rest = rest[(end + 1)...]
            // Empty elements of a list are passed over (section 5.6.1.2).
            while rest.first == UInt8(ascii: ",") { rest = rest.dropFirst() }
        }
        return false
    }
}
