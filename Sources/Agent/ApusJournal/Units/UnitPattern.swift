import Glibc

/// A choice of units to watch: one by its name, or the loaded ones whose names match a glob.
package struct UnitPattern: Hashable, Sendable {
    package let text: String
    /// Whether `*`, `?` or `[` stands for other characters. A plain name is expected: it is told of when it does not exist, too.
    package let isGlob: Bool

    private static let types: Set<Substring> = [
        "service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope",
    ]

    /// Reads a pattern; `nil` for what is neither a unit's name (systemd.unit(5): with its type, at most 255 bytes) nor a glob
    /// over names.
    package init?(_ text: String) {
        let isGlob = text.contains { "*?[".contains($0) }
        let isLegal = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: isGlob ? byte > 32 && byte < 127 : ":-_.\\@".utf8.contains(byte)
            }
        }
        guard isLegal, (1...255).contains(text.utf8.count), Self.isClosed(text) else { return nil }
        if !isGlob {
            guard let dot = text.lastIndex(of: "."), dot > text.startIndex, Self.types.contains(text[text.index(after: dot)...])
            else { return nil }
        }
        self.text = text
        self.isGlob = isGlob
    }

    /// Whether each `[` has its `]`, without which it stands for itself, and so for no unit (glob(7)): the first one after it is a member.
    private static func isClosed(_ text: String) -> Bool {
        var rest = text.utf8[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "[")) {
            rest = rest[rest.index(after: open)...]
            if rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^") { rest = rest.dropFirst() }
            guard let close = rest.dropFirst().firstIndex(of: UInt8(ascii: "]")) else { return false }
            rest = rest[rest.index(after: close)...]
        }
        return true
    }

    /// Whether the pattern matches a unit's name, by systemd's own rules.
    package func matches(_ unit: String) -> Bool { isGlob ? fnmatch(text, unit, FNM_NOESCAPE) == 0 : unit == text }
}
