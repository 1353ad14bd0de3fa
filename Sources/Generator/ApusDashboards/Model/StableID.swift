/// Ids that follow from a name, so that they stay when other things come and go.
enum StableID {
    /// FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
    static func hash(_ name: String) -> UInt32 {
        name.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }

    /// Folded to the 31 bits that are positive in every reader.
    static func positive(_ name: String) -> Int { Int(hash(name) & 0x7FFF_FFFF) }
}
