/// A name under which an agent answers, in addition to those that it knows of itself.
package enum AllowedHost: Hashable, Sendable {
    /// Any name: for an agent that nobody reaches with a browser.
    case any
    /// One name, in lower case.
    case name(String)
    /// The names below a domain; the domain is in lower case.
    case below(String)

    /// A name, `*.DOMAIN`, or `*`; nil for what is none of them.
    package init?(_ text: String) {
        let text = text.lowercased()
        if text == "*" {
            self = .any
        } else if text.hasPrefix("*."), Self.isName(text.dropFirst(2)) {
            self = .below(String(text.dropFirst(2)))
        } else if Self.isName(text[...]) {
            self = .name(text)
        } else {
            return nil
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.count <= 253 && !text.hasPrefix(".") && !text.hasSuffix(".") && !text.contains("..")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                    UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
