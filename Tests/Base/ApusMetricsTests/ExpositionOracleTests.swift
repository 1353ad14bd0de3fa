import ApusMetrics
import HostTesting
import Testing

@Suite struct ExpositionOracleTests {
    /// A format, with or without `_created` series, the bytes taken after so many series.
    static let ways: [(format: ExpositionFormat, writesCreated: Bool, drained: Int)] =
        ExpositionFormat.allCases.map { ($0, false, .max) } + [(.openMetrics100, true, .max), (.protobuf, false, 1)]

    @Test(arguments: ways)
    func `ten thousand random families of every kind are read by an independent parser as they were meant`(
        format: ExpositionFormat, writesCreated: Bool, drained: Int
    ) throws {
        let corpus = try ExpositionCorpus(families: 12_000, seed: 20_231)
        let bytes = corpus.encoded(format, writesCreated: writesCreated, drained: drained)
        let oracle = try ExpositionOracle(format, bytes, expected: corpus.families, writesCreated: writesCreated)
        #expect(oracle.verdict == "equal: 12000 families, \(corpus.seriesCount) series\n")
        #expect(oracle.status == 0)
    }

    @Test func `promtool reads the text of ten thousand random families, and finds fault with their style alone`() throws {
        let corpus = try ExpositionCorpus(families: 12_000, seed: 20_231)
        var bytes = corpus.encoded(.text004, writesCreated: false, drained: .max)
        let checked = try Promtool.check(bytes)
        // Random names break the rules of style; whatever cannot be read ends with 1.
        #expect(checked.status == 3)
        #expect(!checked.text.contains("error while linting"))
        bytes += "broken{a=\"} 1\n".utf8
        let broken = try Promtool.check(bytes)
        #expect(broken.status == 1)
        #expect(broken.text.contains("error while linting"))
    }

    @Test(arguments: ExpositionFormat.allCases)
    func `the oracle finds a changed value, label, type, help, exemplar and end`(format: ExpositionFormat) throws {
        let family = MetricFamily(name: "a_seconds_total", kind: .counter, help: "Help.")
        let series = CorpusSeries(
            labels: [("l", "v\\\"\n")], value: .double(0.1), created: 5,
            exemplars: [CorpusExemplar(labels: [("trace_id", "7f")], value: 9, timestamp: 1.5)])
        let expected = CorpusFamily(family: family, unit: "seconds", series: [series])
        var encoder = ExpositionEncoder(format: format)
        encoder.begin(family)
        encoder.point(series.point, of: family)
        encoder.finish()
        let good = encoder.bytes
        #expect(try ExpositionOracle(format, good, expected: [expected]).status == 0)
        for (from, to) in Self.changes(format) {
            let bad = good.replacing(from, with: to)
            #expect(bad != good, "\(from)")
            let oracle = try ExpositionOracle(format, bad, expected: [expected])
            #expect(oracle.status == 1, "\(from) → \(to): \(oracle.verdict)")
        }
    }

    /// What an exposition of the family above may hold, and what it must not hold instead.
    private static func changes(_ format: ExpositionFormat) -> [([UInt8], [UInt8])] {
        var changes = [("Help.", "Hulp."), ("a_sec", "b_sec")]
        switch format {
        case .text004: break
        case .openMetrics100:
            changes += [("# EOF\n", ""), ("# UNIT a_seconds seconds\n", ""), ("7f", "7g"), (" 1.5", " 1.6"), ("} 9", "} 8")]
        case .openMetrics200:
            changes += [("# EOF\n", "# EOF"), ("# UNIT a_seconds_total seconds\n", ""), ("st@5", "st@6"), ("7f", "7g")]
        case .protobuf:
            // The type, the beginning, the value's first byte, a length.
            let binary: [([UInt8], [UInt8])] = [
                ([0x18, 0], [0x18, 1]), ([8, 5], [8, 6]), ([0x99, 0xB9, 0x3F], [0x99, 0xB9, 0x3E]), ([0x12, 4], [0x12, 5]),
            ]
            return binary + (changes + [("7f", "7g"), ("v\\", "w\\")]).map { (Array($0.utf8), Array($1.utf8)) }
        }
        changes += [("0.1", "0.10000000000000002"), (#"v\\"#, #"v\\\\"#), (" counter", " gauge")]
        return changes.map { (Array($0.utf8), Array($1.utf8)) }
    }

    @Test func `taking the bytes between series changes nothing in text`() throws {
        let corpus = try ExpositionCorpus(families: 300, seed: 7)
        for format in ExpositionFormat.allCases where format != .protobuf {
            #expect(corpus.encoded(format, drained: 1) == corpus.encoded(format))
        }
    }

    @Test func `no two families of the corpus claim the same name`() throws {
        let claimed = try ExpositionCorpus(families: 12_000, seed: 20_231).families.flatMap(\.family.claimedNames)
        #expect(Set(claimed).count == claimed.count)
    }
}
