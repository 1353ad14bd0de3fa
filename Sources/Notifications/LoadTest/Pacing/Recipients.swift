/// Spreads requests over users, evenly and in an order that looks random but is the same in every run.
package struct Recipients: Sendable, Hashable {
    package let count: Int

    package init(count: Int) { self.count = max(1, count) }

    /// Names the user of a request: `user-0` to `user-(count - 1)`.
    package func user(of request: Int) -> String { "user-\(Self.mix(UInt64(truncatingIfNeeded: request)) % UInt64(count))" }

    /// Mixes the bits of a number by SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = (value &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
