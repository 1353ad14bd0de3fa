import ApusMetrics
import HostTesting
import Testing

@Suite struct `An exponential histogram that is reported` {
    private static func value(
        _ schema: Int, first: Int, _ counts: [UInt64], negative: [UInt64] = [], zero: UInt64 = 0, sum: Double? = 0,
        most: Int = 512
    ) throws -> ExponentialValue {
        try #require(
            ExponentialValue(
                schema: schema, zeroThreshold: 0, zeroCount: zero, positive: ExponentialBuckets(first: first, counts: counts),
                negative: ExponentialBuckets(first: first, counts: negative), sum: sum, mostBuckets: most))
    }

    @Test func `of a finer scale than Prometheus reads has its buckets united exactly`() throws {
        // Schema 10: buckets 1…4 lie in (1, 2^(4/1024)], which schema 8 has as bucket 1.
        let value = try Self.value(10, first: 0, [7, 1, 2, 3, 4, 5])
        #expect(value.schema == 8)
        #expect(value.positive == ExponentialBuckets(first: 0, counts: [7, 10, 5]))
    }

    @Test func `of too many buckets is made coarser until they fit, and loses no observation`() throws {
        let value = try Self.value(3, first: -100, [UInt64](repeating: 2, count: 300), most: 64)
        #expect(value.positive.counts.count <= 64 && value.count == 600)
        #expect(
            ExponentialValue(
                schema: -5, zeroThreshold: 0, zeroCount: 0, positive: ExponentialBuckets(), negative: ExponentialBuckets(),
                sum: 0,
                mostBuckets: 10) == nil)
    }

    @Test func `adds up with others of any schema as the observations themselves do`() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            let schemas = (Int.random(in: -4...8, using: &random), Int.random(in: -4...8, using: &random))
            let (left, right) = (Self.observations(&random), Self.observations(&random))
            var sum = try Self.counted(left, schemas.0)
            #expect(sum.add(try Self.counted(right, schemas.1), mostBuckets: 160))
            #expect(sum == (try Self.counted(left + right, min(schemas.0, schemas.1), sum: sum.sum)))
        }
    }

    private static func observations(_ random: inout SeededGenerator) -> [Int] {
        (0..<Int.random(in: 0...9, using: &random)).map { _ in Int.random(in: -40...40, using: &random) }
    }

    /// Counts the observations `2^n`, of each once a positive and a negative one.
    private static func counted(_ exponents: [Int], _ schema: Int, sum: Double? = 0) throws -> ExponentialValue {
        var buckets: [Int: UInt64] = [:]
        for exponent in exponents {
            // 2^n is the upper bound of bucket n · 2^schema, or within the one that ends at the next multiple.
            let index = schema >= 0 ? exponent << schema : (exponent - 1) >> -schema + 1
            buckets[index, default: 0] += 1
        }
        let low = buckets.keys.min() ?? 0
        let high = buckets.keys.max() ?? -1
        let counts = low <= high ? (low...high).map { buckets[$0] ?? 0 } : []
        return try value(
            schema, first: low, counts, negative: counts, zero: 1 * UInt64(exponents.isEmpty ? 0 : 0), sum: sum, most: 160)
    }

    @Test func `has exact classic buckets at powers of two`() throws {
        // Schema 1: bucket 2 is (√2, 2], bucket 3 (2, 2√2], bucket 4 (2√2, 4].
        let value = try Self.value(1, first: 2, [1, 2, 4], negative: [8], zero: 16, sum: 3)
        var encoder = ExpositionEncoder(format: .text004)
        let family = ReceivedFamily(name: "h", kind: .histogram)
        encoder.received(ReceivedSeries(labels: [], value: .exponential(value)), of: family, target: [])
        let lines = String(decoding: encoder.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.contains("h_bucket{le=\"1.0\"} 24") && lines.contains("h_bucket{le=\"4.0\"} 31"))
        #expect(lines.contains("h_bucket{le=\"+Inf\"} 31") && lines.contains("h_count 31") && lines.contains("h_sum 3"))
        let coarse = try Self.value(-2, first: 1, [5])
        var other = ExpositionEncoder(format: .openMetrics200)
        other.received(ReceivedSeries(labels: [], value: .exponential(coarse), created: 1.5), of: family, target: [])
        let line = String(decoding: other.bytes, as: UTF8.self)
        #expect(
            line.contains("{count:5,sum:0,schema:-2,zero_threshold:0,zero_count:0,positive_spans:[1:1],positive_buckets:[5],"))
        #expect(line.contains(",1.0:0,16.0:5,") && line.hasSuffix("st@1.5\n"))
    }
}
