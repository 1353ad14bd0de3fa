/// What texts of a topology may hold, so that every file that they come into takes them as they are.
enum LegalText {
    /// Whether a text is a host name's label, a file name and a label value at once (RFC 1123, but with a letter first).
    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first), name.utf8.last != UInt8(ascii: "-"), name.utf8.count <= 63 else {
            return false
        }
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// Whether a text is a host's name or an IPv4 address; an IPv6 address would need brackets wherever a port follows.
    static func isHost(_ host: String) -> Bool {
        !host.isEmpty
            && host.utf8.allSatisfy {
                isLetter($0 | 0x20) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
    }

    /// Whether a text is an IPv4 address of four decimal numbers.
    static func isIPv4(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.allSatisfy(isDigit) && part.utf8.count <= 3 && Int(part).map { $0 <= 255 } ?? false
            }
    }

    /// Whether a text is the path of a URL, or its beginning, without anything that a server's configuration or a shell reads otherwise.
    static func isURLPath(_ path: String) -> Bool {
        path.utf8.first == UInt8(ascii: "/")
            && path.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "~") }
    }

    /// Whether a text is a URL with `http` or `https` and a host, and nothing that ends a value: white space, quotes or control characters.
    static func isWebURL(_ url: String) -> Bool {
        for scheme in ["http://", "https://"] where url.hasPrefix(scheme) {
            let rest = url.dropFirst(scheme.count)
            return isHost(String(rest.prefix { $0 != "/" && $0 != ":" && $0 != "?" })) && isPlain(url)
        }
        return false
    }

    /// Whether a text is printable ASCII without white space, quotes, `$` or backslashes.
    static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"'`$\\".utf8.contains($0) }
    }

    /// Whether a text is an address of mail, as far as it is worth looking at.
    static func isMailbox(_ address: String) -> Bool {
        let sides = address.split(separator: "@", omittingEmptySubsequences: false)
        return sides.count == 2 && !sides[0].isEmpty && isHost(String(sides[1])) && isPlain(address)
    }

    /// Whether a text is an address as `host:port`.
    static func isAddress(_ address: String) -> Bool {
        let sides = address.split(separator: ":", omittingEmptySubsequences: false)
        guard sides.count == 2, let port = Int(sides[1]) else { return false }
        return isHost(String(sides[0])) && (1...65535).contains(port)
    }

    /// Whether a text is a PostgreSQL identifier that needs no quotes.
    static func isIdentifier(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first) || first == UInt8(ascii: "_") else { return false }
        return name.utf8.count <= 63 && name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    /// Whether a text is the tag of a container image (https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests).
    static func isTag(_ tag: String) -> Bool {
        guard let first = tag.utf8.first, isWord(first), first != UInt8(ascii: "."), first != UInt8(ascii: "-") else {
            return false
        }
        return tag.utf8.count <= 128 && tag.utf8.allSatisfy(isWord)
    }

    /// Whether a text is an image's digest, `sha256:` and 64 hexadecimal digits.
    static func isDigest(_ digest: String) -> Bool {
        digest.hasPrefix("sha256:") && digest.utf8.count == 71
            && digest.utf8.dropFirst(7).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// Whether a text is a registry's host, its port and folders, without a slash at either end.
    static func isRegistry(_ registry: String) -> Bool {
        let parts = registry.split(separator: "/", omittingEmptySubsequences: false)
        return parts.indices.allSatisfy { index in
            let part = parts[index].utf8
            return !part.isEmpty
                && part.allSatisfy {
                    isLetter($0) || isDigit($0) || "-._".utf8.contains($0) || (index == 0 && $0 == UInt8(ascii: ":"))
                }
        }
    }

    /// Whether a text is of letters, digits and `.`, `_`, `-`.
    static func isWords(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isWord) }

    private static func isWord(_ byte: UInt8) -> Bool { isLetter(byte | 0x20) || isDigit(byte) || "._-".utf8.contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
