/// A hash of several texts, for tables in memory whose keys come from outside: seeded, so that nobody can choose texts that meet.
///
/// It folds 128-bit products of eight bytes at a time (after Wang Yi's wyhash), as Swift's own hasher takes most of the time of finding
/// a handle. It is no hash for anything that is kept.
package struct TextHash {
    package private(set) var value: UInt64
    /// What lengths are multiplied with; odd, and as secret as the seed.
    private let lengths: UInt64

    /// - Parameter seed: the same for all hashes that are compared.
    package init(seed: UInt64) {
        value = seed
        lengths = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    }

    /// Takes a text in; its length too, so that no two rows of texts are one.
    @inline(__always)
    package mutating func combine(_ text: String) {
        let (state, lengths) = (value, lengths)
        // The buffer is the text's own, or a copy of a short one, and is not used past the closure. All loads are within `count`.
        value =
            text.utf8.withContiguousStorageIfAvailable { Self.fold(UnsafeRawBufferPointer($0), state, lengths) }
            ?? Array(text.utf8).withUnsafeBytes { Self.fold($0, state, lengths) }
    }

    @inline(__always)
    private static func fold(_ bytes: UnsafeRawBufferPointer, _ seed: UInt64, _ lengths: UInt64) -> UInt64 {
        func eight(_ place: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) }
        func four(_ place: Int) -> UInt64 { UInt64(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)) }
        let count = bytes.count
        var state = seed
        var place = 0
        while count - place > 16 {
            state = mix(eight(place) ^ 0xa076_1d64_78bd_642f, eight(place + 8) ^ state)
            place += 16
        }
        let (first, last): (UInt64, UInt64) =
            switch count {
            case 0: (0, 0)
            case 1..<4: (UInt64(bytes[0]) << 16 | UInt64(bytes[count / 2]) << 8 | UInt64(bytes[count - 1]), 0)
            case 4..<8: (four(0), four(count - 4))
            case 8..<16: (eight(0), eight(count - 8))
            default: (eight(count - 16), eight(count - 8))
            }
        // One product a text, as the next one waits for it.
        return mix(first ^ 0x8ebc_6af0_9c88_c6e3 ^ UInt64(count) &* lengths, last ^ state)
    }

    @inline(__always)
    private static func mix(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let (high, low) = one.multipliedFullWidth(by: other)
        return high ^ low
    }
}
