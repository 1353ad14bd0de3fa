import ApusMetrics
import Testing

@Suite struct NativeHistogramTextTests {
    private static func value(
        _ shape: NativeShape, _ counts: [Int: UInt64], zero: UInt64 = 0, below: UInt64 = 0, above: UInt64 = 0
    ) -> NativeHistogramValue {
        NativeHistogramValue(
            shape: shape, zeroCount: zero, counts: (0..<shape.bucketCount).map { counts[$0] ?? 0 }, below: below, above: above,
            sum: 12.5)
    }

    private static func line(_ value: NativeHistogramValue, exemplars: [Exemplar?] = []) -> String {
        var encoder = TextEncoder(format: .openMetrics200)
        let family = MetricFamily(name: "n", kind: .nativeHistogram, help: "H.", shape: value.shape)
        encoder.point(Point(labels: [], value: .nativeHistogram(value), created: 3, exemplars: exemplars), of: family)
        return String(decoding: encoder.bytes, as: UTF8.self)
    }

    @Test func `in OpenMetrics 2 a native histogram is one line with both sorts of buckets`() throws {
        // Bounds 0.5 and 1, 2, 4, 8, with 1.41…, 2.82… and 5.65… between from 1 on.
        let shape = try NativeShape(schema: 1, lowestExponent: -1, octaves: 4)
        #expect(
            Self.line(Self.value(shape, [0: 5, 1: 7, 3: 1, 6: 2], zero: 4, below: 3, above: 6))
                == "n {count:28,sum:12.5,schema:1,zero_threshold:0.5,zero_count:4,negative_spans:[2049:1],negative_buckets:[3],"
                + "positive_spans:[-1:4,2:1,2043:1],positive_buckets:[5,7,0,1,2,6],bucket:[1.0:19,2.0:20,4.0:20,8.0:22,+Inf:28]}"
                + " st@3\n")
    }

    @Test func `without observations it has neither spans nor buckets but the classic ones`() throws {
        let shape = try NativeShape(schema: 0, lowestExponent: 0, octaves: 2)
        #expect(
            Self.line(Self.value(shape, [:]))
                == "n {count:0,sum:12.5,schema:0,zero_threshold:1,zero_count:0,bucket:[2.0:0,4.0:0,+Inf:0]} st@3\n")
    }

    @Test func `its exemplars follow the line, those with a time`() throws {
        let shape = try NativeShape(schema: 0, lowestExponent: 0, octaves: 2)
        let exemplars: [Exemplar?] = [
            Exemplar(labels: [], value: 1.5, timestamp: 10), nil, Exemplar(labels: [], value: 1.7, timestamp: .nan),
            Exemplar(labels: LabelBytes.render([("a", "b")]), value: 3, timestamp: 11),
        ]
        #expect(Self.line(Self.value(shape, [0: 1]), exemplars: exemplars).hasSuffix("} st@3 # {} 1.5 10 # {a=\"b\"} 3 11\n"))
    }

    @Test(arguments: [ExpositionFormat.text004, .openMetrics100])
    func `in older formats it is a classic histogram whose counts are exact`(format: ExpositionFormat) throws {
        let shape = try NativeShape(schema: 1, lowestExponent: -1, octaves: 4)
        let family = MetricFamily(name: "n", kind: .nativeHistogram, help: "H.", shape: shape)
        var encoder = TextEncoder(format: format)
        let exemplars = [1.0, 1.1, .nan].map { Exemplar(labels: [], value: $0, timestamp: nil) }
        let value = Self.value(shape, [0: 5, 1: 7, 3: 1, 6: 2], zero: 4, below: 3, above: 6)
        encoder.point(Point(labels: [], value: .nativeHistogram(value), exemplars: exemplars), of: family)
        let exemplar = { (value: String) in format == .openMetrics100 ? " # {} \(value)" : "" }
        #expect(
            String(decoding: encoder.bytes, as: UTF8.self) == """
                n_bucket{le="1.0"} 19\(exemplar("1"))
                n_bucket{le="2.0"} 20\(exemplar("1.1"))
                n_bucket{le="4.0"} 20
                n_bucket{le="8.0"} 22
                n_bucket{le="+Inf"} 28\(exemplar("NaN"))
                n_sum 12.5
                n_count 28

                """)
    }

    @Test func `families with other buckets between do not disturb the bounds`() throws {
        let shapes = [NativeShape.durations, try NativeShape(schema: 0, lowestExponent: 0, octaves: 2)]
        var together = TextEncoder()
        var apart: [UInt8] = []
        for round in 0..<6 {
            let (family, value): (MetricFamily, PointValue) =
                round % 3 < 2
                ? (
                    MetricFamily(name: "n", kind: .nativeHistogram, help: "H.", shape: shapes[round % 3]),
                    .nativeHistogram(Self.value(shapes[round % 3], [1: 1]))
                )
                : (
                    MetricFamily(name: "h", kind: .histogram, help: "H.", buckets: [Double(round)]),
                    .histogram(counts: [1, 1], sum: 1)
                )
            var alone = TextEncoder()
            together.point(Point(labels: [], value: value), of: family)
            alone.point(Point(labels: [], value: value), of: family)
            apart += alone.bytes
        }
        #expect(together.bytes == apart)
    }
}
