extension NativeShape {
    /// The upper bounds of the buckets of one doubling, in `(1, 2]`: the largest doubles that are not above `2^(i/2^schema)` for `i`
    /// from 1 to `2^schema`. A double is at most the bound here when it is at most the exact one.
    package var mantissaBounds: [Double] {
        let count = 1 << schema
        // 2^(1/count) by square roots, a few last digits off.
        let step = (0..<schema).reduce(2.0) { root, _ in root.squareRoot() }
        return (1...count).map { index in
            var bound = (1..<max(1, index)).reduce(step) { power, _ in power * step }
            while Self.power(bound, schema, exceeds: index) { bound = bound.nextDown }
            while !Self.power(bound.nextUp, schema, exceeds: index) { bound = bound.nextUp }
            return bound
        }
    }

    /// Whether `base^(2^schema)` is above `2^index`, with about thirty digits: squares as unevaluated sums of two doubles (T. J.
    /// Dekker, "A floating-point technique for extending the available precision", 1971).
    private static func power(_ base: Double, _ schema: Int, exceeds index: Int) -> Bool {
        var (high, low) = (base, 0.0)
        for _ in 0..<schema {
            let square = high * high
            let rest = (-square).addingProduct(high, high) + 2 * high * low
            high = square + rest
            low = rest - (high - square)
        }
        let limit = Double(sign: .plus, exponent: index, significand: 1)
        return high > limit || (high == limit && low > 0)
    }
}
