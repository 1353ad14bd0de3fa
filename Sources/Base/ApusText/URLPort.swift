/// The port that a URL names behind its host (RFC 3986, section 3.2.3).
package enum URLPort {
    /// Whether a connection can go to the port of a URL: it has a number from 1 to 65535, or none, which means that of its scheme.
    ///
    /// Foundation reads a number past the range of `Int` as none, and the client of HTTP stops the process at one past 65535.
    package static func isReachable(in url: String) -> Bool {
        // By bytes: as characters, a combining mark would join the sign before it.
        let bytes = Array(url.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes[(colon + 1)...].starts(with: [UInt8(ascii: "/"), UInt8(ascii: "/")])
        else { return true }
        let end = bytes[(colon + 3)...].firstIndex { [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains($0) }
        var authority = bytes[(colon + 3)..<(end ?? bytes.endIndex)]
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) { authority = authority[(at + 1)...] }
        if let bracket = authority.lastIndex(of: UInt8(ascii: "]")) { authority = authority[(bracket + 1)...] }
        guard let behind = authority.lastIndex(of: UInt8(ascii: ":")) else { return true }
        let text = authority[(behind + 1)...]
        guard !text.isEmpty else { return true }
        guard text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = UInt16(String(decoding: text, as: UTF8.self))
        else { return false }
        return port > 0
    }
}
