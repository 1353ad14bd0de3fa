import ApusMetrics
import Testing

/// Messages of many series against those of one after the other.
@Suite struct MetricsTests {
    /// A family, its series, and the same as numbers side by side.
    private struct Sample {
        let family: MetricFamily
        let target: [(String, String)]
        var points: [Point] = []
        var labels: [UInt8] = []
        var ends: [UInt32] = []
        var values: [UInt64] = []
        var starts: [UInt64] = []

        init(_ family: MetricFamily, target: [(String, String)]) {
            self.family = family
            self.target = target
        }

        mutating func append(_ own: [(String, String)], _ value: PointValue, start: UInt64) {
            let all = [LabelBytes.render(target), LabelBytes.render(own)].filter { !$0.isEmpty }
            points.append(
                Point(
                    labels: Array(all.joined(separator: [UInt8(ascii: ",")])), value: value,
                    created: start == 0 ? nil : Double(start) / 1e9))
            labels += LabelBytes.render(own)
            ends.append(UInt32(labels.count))
            starts.append(start)
            switch value {
            case .integer(let value): values.append(Double(value).bitPattern)
            case .double(let value): values.append(value.bitPattern)
            case .summary(let count, let sum): values += [sum.bitPattern, count]
            case .histogram(let counts, let sum):
                var total: UInt64 = 0
                for count in counts {
                    total &+= count
                    values.append(total)
                }
                values += [sum.bitPattern, total]
            default: break
            }
        }

        func byPoints() -> [UInt8] {
            var encoder = ProtobufEncoder()
            encoder.begin(family)
            for point in points { encoder.point(point, of: family) }
            return encoder.bytes
        }

        /// - Parameter cut: a series before which the writing stops and goes on.
        func byMetrics(cut: Int) throws -> [UInt8] {
            let template = try #require(MetricTemplate(family, target: target))
            #expect(values.count == points.count * template.parts)
            var encoder = ExpositionEncoder(format: .protobuf)
            encoder.begin(family)
            for range in [0..<cut, cut..<points.count] {
                encoder.metrics(
                    template, labels: labels, ends: ends, range, values: Array(values[(range.lowerBound * template.parts)...]),
                    starts: Array(starts[range.lowerBound...]))
            }
            return encoder.bytes
        }
    }

    private static func text(_ random: inout CorpusRandom) -> String {
        // Around the lengths at which lengths take another byte, and at which a word ends.
        let lengths = [0, 1, 2, 7, 8, 9, 15, 16, 17, 60, 118, 119, 120, 121, 126, 127, 128, 300]
        let plain = String(repeating: "x", count: random.int(0...100) == 0 ? 20_000 : random.element(lengths) ?? 0)
        return switch random.int(0...3) {
        case 0: random.text(upTo: 10)
        case 1: plain + random.text(upTo: 2)
        default: plain
        }
    }

    private static func labels(_ random: inout CorpusRandom) -> [(String, String)] {
        (0..<random.int(0...4)).map { place in
            ("l\(place)" + String(repeating: "n", count: random.element([0, 1, 3, 5, 6, 7, 12, 120, 130]) ?? 0), text(&random))
        }
    }

    private static func count(_ random: inout CorpusRandom) -> UInt64 { random.next() >> UInt64(random.int(0...63)) }

    private static func start(_ random: inout CorpusRandom) -> UInt64 {
        let second = UInt64(random.int(1...4_000_000_000)) * 1_000_000_000
        return switch random.int(0...7) {
        case 0: 0
        case 1: count(&random)
        case 2: second
        // Whose fraction rounds up to a whole second.
        case 3: second - 1
        default: 1_764_000_000_000_000_000 + random.next() >> 8
        }
    }

    private static func sample(of kind: MetricKind, _ random: inout CorpusRandom) -> Sample {
        let bounds = Set((0..<random.int(1...20)).map { _ in Double(random.int(-50...100_000)) / 64 }).sorted()
        let family = MetricFamily(
            name: kind == .counter ? "x_total" : "x", kind: kind, help: "x", buckets: kind == .histogram ? bounds : [])
        var sample = Sample(family, target: labels(&random).map { ("t" + $0, $1) })
        for _ in 0..<random.int(0...40) {
            let value: PointValue =
                switch kind {
                case .counter where random.bool(): .integer(count(&random))
                case .summary: .summary(count: count(&random), sum: random.double())
                case .histogram:
                    .histogram(counts: (0...bounds.count).map { _ in count(&random) }, sum: random.double())
                default: .double(random.double())
                }
            sample.append(labels(&random), value, start: start(&random))
        }
        return sample
    }

    @Test(arguments: [MetricKind.counter, .gauge, .summary, .histogram])
    func `messages are the bytes that points give, whatever the labels, values and starts`(kind: MetricKind) throws {
        for seed in 0..<400 {
            var random = CorpusRandom(seed: UInt64(seed))
            let sample = Self.sample(of: kind, &random)
            let isSame = try sample.byMetrics(cut: random.int(0...sample.points.count)) == sample.byPoints()
            #expect(isSame, "seed \(seed)")
        }
    }

    @Test func `a label at the very end of memory is read no further`() throws {
        for length in 0..<40 {
            var sample = Sample(MetricFamily(name: "x", kind: .gauge, help: "x"), target: [])
            sample.append([("a", String(repeating: "v", count: length))], .double(1), start: 0)
            #expect(try sample.byMetrics(cut: 0) == sample.byPoints())
        }
    }

    @Test func `starts that are missing at the end are unknown`() throws {
        let family = MetricFamily(name: "x_total", kind: .counter, help: "x")
        let template = try #require(MetricTemplate(family, target: [("service", "w")]))
        var some = ProtobufEncoder()
        some.begin(family)
        var all = some
        some.metrics(template, labels: [], ends: [0, 0, 0], 0..<3, values: [1, 2, 3], starts: [5_000_000_000])
        all.metrics(template, labels: [], ends: [0, 0, 0], 0..<3, values: [1, 2, 3], starts: [5_000_000_000, 0, 0])
        #expect(some.bytes == all.bytes)
    }

    @Test(arguments: [MetricKind.info, .stateSet, .nativeHistogram])
    func `what has a form of its own has no template`(kind: MetricKind) {
        let family = MetricFamily(name: "x", kind: kind, help: "x", shape: .durations, states: ["on"])
        #expect(MetricTemplate(family, target: []) == nil)
    }
}
