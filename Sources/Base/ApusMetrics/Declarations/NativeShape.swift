/// The buckets of a native (exponential) histogram: `2^schema` for each doubling, over a range of doublings.
///
/// Bucket `i` of the Prometheus model holds values in `(b^(i-1), b^i]` with `b = 2^(2^-schema)`; this shape has those between
/// `2^lowestExponent` and `2^(lowestExponent + octaves)`.
public struct NativeShape: Hashable, Sendable {
    /// 0 to 5: 1 to 32 buckets a doubling, so that a bound lies at most 100 % to 2.2 % above the one before.
    public let schema: Int
    /// The zero bucket ends at `2^lowestExponent`.
    public let lowestExponent: Int
    /// Doublings that are told apart.
    public let octaves: Int

    /// The maximum number of buckets of a shape.
    public static let mostBuckets = 512

    /// - Throws: ``NativeShapeError`` when the shape has no bucket or too many, or leaves the range of doubles.
    public init(schema: Int, lowestExponent: Int, octaves: Int) throws(NativeShapeError) {
        guard (0...5).contains(schema) else { throw .schema(schema) }
        guard octaves > 0, octaves <= Self.mostBuckets, octaves << schema <= Self.mostBuckets else {
            throw .bucketCount(octaves: octaves, schema: schema)
        }
        guard lowestExponent >= -1022, lowestExponent <= 1023 - octaves else {
            throw .range(lowestExponent: lowestExponent, octaves: octaves)
        }
        self.schema = schema
        self.lowestExponent = lowestExponent
        self.octaves = octaves
    }

    private init(known schema: Int, lowestExponent: Int, octaves: Int) {
        self.schema = schema
        self.lowestExponent = lowestExponent
        self.octaves = octaves
    }

    /// Durations in seconds from 0.95 µs to 4096 s, 8 buckets a doubling (each bound 9 % above the one before).
    public static let durations = NativeShape(known: 3, lowestExponent: -20, octaves: 32)

    public var bucketCount: Int { octaves << schema }

    public var zeroThreshold: Double { Double(sign: .plus, exponent: lowestExponent, significand: 1) }

    /// The number of the first positive bucket in the Prometheus model.
    public var firstIndex: Int { lowestExponent << schema + 1 }

    /// Powers of two within the range that serve as the bounds of classic buckets where a format has no native ones: at most 16
    /// of them, evenly spread, each of them also a bound of native buckets, so that the classic counts are exact.
    public var classicExponents: [Int] {
        let step = (octaves + 15) / 16
        return Array(stride(from: lowestExponent + step, through: lowestExponent + octaves, by: step))
    }
}

/// Why a shape of a native histogram is none.
public enum NativeShapeError: Error, Equatable, CustomStringConvertible {
    case schema(Int)
    case bucketCount(octaves: Int, schema: Int)
    case range(lowestExponent: Int, octaves: Int)

    public var description: String {
        switch self {
        case .schema(let schema): "schema \(schema): give one from 0 (coarse) to 5 (fine)"
        case .bucketCount(let octaves, let schema):
            "\(octaves) doublings of \(1 << max(0, min(schema, 5))) buckets: give 1 to \(NativeShape.mostBuckets) buckets in all"
        case .range(let lowest, let octaves):
            "2^\(lowest) and \(octaves) doublings up: the range must lie between 2^-1022 and 2^1023"
        }
    }
}

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
