/// The name by which Grafana and links know a dashboard: 1 to 40 of `[A-Za-z0-9_-]`.
///
/// A text that is one stays as it is. Of any other, what is not allowed becomes a hyphen, the end is cut off, and eight digits of a
/// hash of the whole text are added, so that two texts that differ past the cut differ as uids too.
public struct DashboardUID: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ text: String) {
        let legal = String(text.map { Self.isLegal($0) ? $0 : "-" })
        guard legal != text || legal.isEmpty || legal.count > Self.longest else {
            description = text
            return
        }
        let digits = String(StableID.hash(text), radix: 16)
        let hash = String(repeating: "0", count: 8 - digits.count) + digits
        description = legal.isEmpty ? hash : "\(legal.prefix(Self.longest - 9))-\(hash)"
    }

    private static let longest = 40

    static func isLegal(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
    }
}

/// Ids that follow from a name, so that they stay when other things come and go.
enum StableID {
    /// FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
    static func hash(_ name: String) -> UInt32 {
        name.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }

    /// Folded to the 31 bits that are positive in every reader.
    static func positive(_ name: String) -> Int { Int(hash(name) & 0x7FFF_FFFF) }
}
