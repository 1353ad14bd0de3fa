import ApusMetrics
import ApusSegment
import Glibc
import Testing
import SegmentTesting

/// The bucket that a native histogram counts a value in, against its definition.
@Suite struct NativeBucketTests {
    static let shapes: [NativeShape] = {
        let ranges = [
            (0, -3, 8), (1, 0, 4), (2, -1022, 100), (3, -20, 32), (3, 960, 63), (4, -10, 20), (5, -4, 16), (0, -1022, 1),
        ]
        return ranges.compactMap { try? NativeShape(schema: $0.0, lowestExponent: $0.1, octaves: $0.2) }
    }()

    /// Cells of a native histogram after one observation: the only one that is not zero, and the sum.
    private func cell(_ value: Double, _ shape: NativeShape) throws -> NativeHistogramValue {
        let writer = try SegmentWriter()
        let family = MetricFamily(name: "a", kind: .nativeHistogram, help: "x", shape: shape)
        writer.series(family, labels: [], form: .nativeHistogram).observeNative(value)
        return try read(writer)
    }

    private func read(_ writer: SegmentWriter) throws -> NativeHistogramValue {
        let contents = try SegmentContents(descriptor: writer.descriptor)
        try contents.refresh()
        let point = contents.reader.point(contents.families[0].series[0].cells, of: contents.families[0].family)
        guard case .nativeHistogram(let value) = point else { throw WrongPoint() }
        return value
    }

    struct WrongPoint: Error {}

    /// Whether `value <= 2^(index / 2^schema)`, exactly where that is a power of two; elsewhere the bound is no double, and `powl` with
    /// eleven more bits tells the sides apart.
    private static func isAtMost(_ value: Double, _ index: Int, _ schema: Int) -> Bool {
        let count = 1 << schema
        let doubling = Int((Double(index) / Double(count)).rounded(.down))
        let rest = index - doubling * count
        let scale = Double(sign: .plus, exponent: doubling, significand: 1)
        if rest == 0 { return value <= scale }
        #if arch(x86_64)
            return Float80(value) / Float80(scale) <= powl(2, Float80(rest) / Float80(count))
        #else
            return value / scale <= pow(2, Double(rest) / Double(count))
        #endif
    }

    @Test(arguments: shapes)
    func `every value around every bound is counted in the bucket whose range it is in`(shape: NativeShape) throws {
        let writer = try SegmentWriter()
        let family = MetricFamily(name: "a", kind: .nativeHistogram, help: "x", shape: shape)
        let series = writer.series(family, labels: [], form: .nativeHistogram)
        var expected = [UInt64](repeating: 0, count: shape.bucketCount)
        var (zero, above) = (UInt64(0), UInt64(0))
        for index in (shape.firstIndex - 1)...(shape.firstIndex + shape.bucketCount - 1) {
            let bound = pow(2, Double(index) / Double(1 << shape.schema))
            let around = [bound.nextDown.nextDown, bound.nextDown, bound, bound.nextUp, bound.nextUp.nextUp, bound * 1.01]
            for value in around {
                series.observeNative(value)
                if value <= shape.zeroThreshold {
                    zero += 1
                } else if value > Double(sign: .plus, exponent: shape.lowestExponent + shape.octaves, significand: 1) {
                    above += 1
                } else {
                    // By asking every bound from the first on, near where the answer must lie.
                    var bucket = max(shape.firstIndex, index - 2)
                    while !Self.isAtMost(value, bucket, shape.schema) { bucket += 1 }
                    expected[bucket - shape.firstIndex] += 1
                }
            }
        }
        let value = try read(writer)
        #expect(value.counts == expected)
        #expect(value.zeroCount == zero)
        #expect(value.above == above)
        #expect(value.below == 0)
    }

    @Test(arguments: shapes)
    func `random values of every size are in the range of their bucket`(shape: NativeShape) throws {
        let writer = try SegmentWriter()
        let family = MetricFamily(name: "a", kind: .nativeHistogram, help: "x", shape: shape)
        let series = writer.series(family, labels: [], form: .nativeHistogram)
        var expected = [UInt64](repeating: 0, count: shape.bucketCount)
        let lowest = Double(shape.lowestExponent)
        for _ in 0..<20_000 {
            let exponent = lowest + Double.random(in: 0...Double(shape.octaves)).nextDown
            let value = min(
                pow(2, exponent), Double(sign: .plus, exponent: shape.lowestExponent + shape.octaves, significand: 1))
            guard value > shape.zeroThreshold else { continue }
            series.observeNative(value)
            var bucket = max(shape.firstIndex, Int(exponent * Double(1 << shape.schema)) - 1)
            while bucket > shape.firstIndex, Self.isAtMost(value, bucket - 1, shape.schema) { bucket -= 1 }
            while !Self.isAtMost(value, bucket, shape.schema) { bucket += 1 }
            expected[bucket - shape.firstIndex] += 1
        }
        #expect(try read(writer).counts == expected)
    }

    @Test func `the bounds of a doubling are the doubles below the exact ones, the last one exact`() {
        for schema in 0...5 {
            guard let shape = try? NativeShape(schema: schema, lowestExponent: 0, octaves: 1) else { continue }
            let bounds = shape.mantissaBounds
            #expect(bounds.count == 1 << schema)
            #expect(bounds.last == 2)
            for (index, bound) in bounds.enumerated() {
                #expect(Self.isAtMost(bound, index + 1, schema))
                #expect(!Self.isAtMost(bound.nextUp, index + 1, schema))
            }
        }
    }

    @Test func `the bounds are those of Prometheus' Go library but for the last digits, in which that one is not exact`() throws
    {
        // client_golang, prometheus/histogram.go, schema 3, in [0.5, 1).
        let published = [
            0.5452538663326288, 0.5946035575013605, 0.6484197773255048, 0.7071067811865475, 0.7711054127039704,
            0.8408964152537144, 0.9170040432046711,
        ]
        let bounds = try NativeShape(schema: 3, lowestExponent: 0, octaves: 1).mantissaBounds.dropLast().map { $0 / 2 }
        #expect(bounds.count == published.count)
        for (bound, other) in zip(bounds, published) { #expect(abs(bound - other) <= 2 * bound.ulp, "\(bound) and \(other)") }
    }

    @Test func `what has no bucket of its own is counted at the ends, and NaN does not spoil the sum`() throws {
        let shape = try NativeShape(schema: 2, lowestExponent: -2, octaves: 4)
        for value in [0, -0.0, 0.25, -0.25, .leastNonzeroMagnitude, -Double.leastNonzeroMagnitude] {
            #expect(try cell(value, shape).zeroCount == 1, "\(value)")
        }
        for value in [-(0.25).nextUp, -1, -Double.greatestFiniteMagnitude, -Double.infinity] {
            #expect(try cell(value, shape).below == 1, "\(value)")
        }
        for value in [(4.0).nextUp, 5, .greatestFiniteMagnitude, .infinity, .nan, -Double.nan, .signalingNaN] {
            let read = try cell(value, shape)
            #expect(read.above == 1, "\(value)")
            #expect(value.isNaN ? read.sum == 0 : read.sum == value)
        }
        #expect(try cell(4, shape).counts.last == 1)
        #expect(try cell((0.25).nextUp, shape).counts.first == 1)
    }
}
