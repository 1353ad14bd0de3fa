/// A hash of several texts, for tables in memory whose keys come from outside: seeded, so that nobody can choose texts that meet.
///
/// It folds 128-bit products of eight bytes at a time (after Wang Yi's wyhash), as Swift's own hasher takes most of the time of finding
/// a handle. It is no hash for anything that is kept: equal texts have one hash as a rule, and two where one of them is short and is kept as a
/// long one.
package enum TextHash {
    /// The hash of a name and of pairs of texts, in their order.
    ///
    /// One call for all of them: between modules each would be one of its own.
    ///
    /// - Parameter seed: the same for all hashes that are compared.
    package static func value(of name: String, _ pairs: [(String, String)], seed: UInt64) -> UInt64 {
        // What lengths are multiplied with; odd, and as secret as the seed.
        let lengths = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        var state = fold(name, seed, lengths)
        // In bounds by the loop, and not used past the closure.
        pairs.withUnsafeBufferPointer { pairs in
            for index in pairs.indices {
                state = fold(pairs[index].0, state, lengths)
                state = fold(pairs[index].1, state, lengths)
            }
        }
        return state
    }

    /// Takes a text in; its length too, so that no two rows of texts are one.
    @inline(__always)
    private static func fold(_ text: borrowing String, _ state: UInt64, _ lengths: UInt64) -> UInt64 {
        // A text of up to 15 bytes lies in the 16 bytes of the value itself, its length with it: that it does a bit of the second word says
        // (StringObject.swift in the standard library). To take these counts no use of the text up and down, and copies nothing. Were the bit
        // another one, equal texts could have several hashes, and a table more than one entry for them.
        let words = unsafeBitCast(copy text, to: (UInt64, UInt64).self)
        if words.1 >> 61 & 1 == 1 { return mix(words.0 ^ lengths, words.1 ^ state) }
        return foldLong(copy text, state, lengths)
    }

    @inline(never)
    private static func foldLong(_ text: String, _ state: UInt64, _ lengths: UInt64) -> UInt64 {
        // The buffer is the text's own, or a copy, and is not used past the closure. All loads are within `count`.
        text.utf8.withContiguousStorageIfAvailable { fold(UnsafeRawBufferPointer($0), state, lengths) }
            ?? Array(text.utf8).withUnsafeBytes { fold($0, state, lengths) }
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
