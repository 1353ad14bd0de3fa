import ApusMetrics
import Testing

@Suite struct ExpositionOracleTests {
    @Test(arguments: ExpositionFormat.allCases)
    func `ten thousand random families are read by an independent parser as they were written`(format: ExpositionFormat) throws
    {
        let corpus = ExpositionCorpus(families: 12_000, seed: 20_231)
        let samples = corpus.expected.reduce(0) { $0 + $1.samples.count }
        let oracle = try ExpositionOracle(format, corpus.encoded(format), expected: corpus.expected)
        #expect(oracle.verdict == "equal: 12000 families, \(samples) samples\n")
        #expect(oracle.status == 0)
    }

    @Test(arguments: ExpositionFormat.allCases)
    func `the oracle finds a changed value, label, type, help and end`(format: ExpositionFormat) throws {
        var encoder = TextEncoder(format: format)
        encoder.begin(MetricFamily(name: "a_seconds_total", kind: .counter, help: "Help."))
        encoder.sample("a_seconds_total", [("l", "v\\\"\n")], 0.1)
        encoder.finish()
        let good = String(decoding: encoder.bytes, as: UTF8.self)
        let expected = ExpectedFamily(
            name: "a_seconds", type: "counter", help: "Help.", unit: "seconds",
            samples: [.init(name: "a_seconds_total", labels: [("l", "v\\\"\n")], value: .double(0.1))])
        #expect(try ExpositionOracle(format, Array(good.utf8), expected: [expected]).status == 0)
        var changes = [("0.1", "0.10000000000000002"), (#"v\\"#, #"v\\\\"#), (" counter", " gauge"), ("Help.", "Help")]
        if format == .openMetrics100 { changes += [("# EOF\n", ""), ("# UNIT a_seconds seconds\n", "")] }
        for (from, to) in changes {
            let bad = good.replacing(from, with: to)
            #expect(bad != good)
            let oracle = try ExpositionOracle(format, Array(bad.utf8), expected: [expected])
            #expect(oracle.status == 1, "\(from) → \(to): \(oracle.verdict)")
        }
    }

    @Test func `no two families of the corpus claim the same name`() {
        let claimed = ExpositionCorpus(families: 12_000, seed: 20_231).families.flatMap(\.claimedNames)
        #expect(Set(claimed).count == claimed.count)
    }
}
