import ApusMetrics
import Testing

/// The fast way of a scrape against the plain one.
@Suite struct LinesTests {
    private static let target = [("service", "w\"1\""), ("instance", "w-1")]

    /// A family of each kind that has lines of one shape, and values for three series: with own labels, without, and long ones.
    private static let own = [[("route", "/a\nb")], [], [("route", String(repeating: "x", count: 40_000))]]

    private static let families: [(MetricFamily, [PointValue])] = [
        (
            MetricFamily(name: "a_total", kind: .counter, help: "x"),
            [.integer(0), .integer(99), .integer(UInt64.max)]
        ),
        (
            MetricFamily(name: "b_seconds_total", kind: .counter, help: "x"),
            [.double(0.30000000000000004), .double(12.5), .double(1e300)]
        ),
        (MetricFamily(name: "c", kind: .gauge, help: "x"), [.double(.nan), .double(-.infinity), .double(-0.000001)]),
        (
            MetricFamily(name: "d_seconds", kind: .histogram, help: "x", buckets: [0.25, 1, 1_048_576]),
            (0..<3).map { .histogram(counts: [$0, 2, 3, 4], sum: Double($0) / 3) }
        ),
        (MetricFamily(name: "e", kind: .summary, help: "x"), (0..<3).map { .summary(count: $0, sum: Double($0) * 0.1) }),
        (MetricFamily(name: "f_info", kind: .info, help: "x"), [.info, .info, .info]),
        (
            MetricFamily(name: "g", kind: .stateSet, help: "x", states: ["on", "off \"\\"]),
            [.stateSet(0), .stateSet(1), .stateSet(nil)]
        ),
    ]

    @Test(arguments: families.indices, [ExpositionFormat.text004, .openMetrics100])
    func `lines are the bytes that points give`(index: Int, format: ExpositionFormat) throws {
        let (family, values) = Self.families[index]
        let isInteger = if case .integer = values[0] { true } else { false }
        let template = try #require(LineTemplate(family, target: Self.target, isInteger: isInteger))
        var points = TextEncoder(format: format)
        var labels: [UInt8] = []
        var ends: [UInt32] = []
        var flat: [UInt64] = []
        for (value, own) in zip(values, Self.own) {
            points.point(Point(labels: LabelBytes.render(Self.target + own), value: value), of: family)
            labels += LabelBytes.render(own)
            ends.append(UInt32(labels.count))
            flat += Self.flat(value, of: family)
        }
        #expect(flat.count == 3 * template.parts)
        // At once, and from every line to every other.
        var all = TextEncoder(format: format)
        all.lines(template, labels: labels, ends: ends, 0..<flat.count, values: flat)
        #expect(all.bytes == points.bytes)
        for cut in 0...flat.count {
            var parts = TextEncoder(format: format)
            parts.lines(template, labels: labels, ends: ends, 0..<cut, values: flat)
            parts.lines(template, labels: labels, ends: ends, cut..<flat.count, values: Array(flat[cut...]))
            #expect(parts.bytes == points.bytes)
        }
    }

    /// The copies are of many bytes at a time, so that what counts is where parts begin and end.
    @Test(arguments: [1, 40, 63, 64, 65, 130, 1100])
    func `lines of every length are the bytes that points give`(nameLength: Int) throws {
        let family = MetricFamily(name: String(repeating: "n", count: nameLength), kind: .counter, help: "x")
        let template = try #require(LineTemplate(family, target: Self.target, isInteger: true))
        let powers = (0..<20).map { power in (0..<power).reduce(UInt64(1)) { value, _ in value * 10 } }
        let values = powers.flatMap { [$0 - 1, $0, $0 + 1, $0 &* 7] } + [UInt64.max] + powers
        var points = TextEncoder(), lines = TextEncoder()
        var labels: [UInt8] = []
        var ends: [UInt32] = []
        for (length, value) in values.enumerated() {
            let own = length == 0 ? [] : [("l", String(repeating: "\(length % 10)", count: length))]
            points.point(Point(labels: LabelBytes.render(Self.target + own), value: .integer(value)), of: family)
            labels += LabelBytes.render(own)
            ends.append(UInt32(labels.count))
        }
        lines.lines(template, labels: labels, ends: ends, 0..<values.count, values: values)
        #expect(lines.bytes == points.bytes)
        #expect(points.bytes.count { $0 == UInt8(ascii: "\n") } == values.count)
    }

    @Test func `a whole number is its digits, however many there are`() {
        for power in 0..<20 {
            let unit = (0..<power).reduce(UInt64(1)) { value, _ in value * 10 }
            for value in [unit - 1, unit, unit + 1, unit &* 3 &+ 7, unit &* 9 &+ unit / 3] {
                var bytes: [UInt8] = []
                NumberText.append(value, to: &bytes)
                #expect(String(decoding: bytes, as: UTF8.self) == value.description)
            }
        }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<100_000 {
            let value = UInt64.random(in: 0...UInt64.max, using: &generator) >> UInt64.random(in: 0..<64, using: &generator)
            var bytes: [UInt8] = []
            NumberText.append(value, to: &bytes)
            #expect(bytes == Array(value.description.utf8))
        }
    }

    private static func flat(_ value: PointValue, of family: MetricFamily) -> [UInt64] {
        switch value {
        case .integer(let value): return [value]
        case .double(let value): return [value.bitPattern]
        case .histogram(let counts, let sum):
            var total: UInt64 = 0
            let cumulative = counts.map { count in
                total += count
                return total
            }
            return cumulative + [sum.bitPattern, total]
        case .summary(let count, let sum): return [sum.bitPattern, count]
        case .info: return [1]
        case .stateSet(let state): return family.states.indices.map { $0 == state ? 1 : 0 }
        case .nativeHistogram: return []
        }
    }

    @Test func `a native histogram and a target without labels have no template`() {
        let native = MetricFamily(name: "a", kind: .nativeHistogram, help: "x", shape: .durations)
        #expect(LineTemplate(native, target: Self.target, isInteger: false) == nil)
        #expect(LineTemplate(Self.families[0].0, target: [], isInteger: true) == nil)
    }

    @Test func `a short double is the shortest text, whatever way it takes`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200_000 {
            let digits = UInt64.random(in: 0..<1_000_000_000_000_000, using: &generator)
            let decimals = Int.random(in: 0...8, using: &generator)
            guard let value = Double("\(digits)e-\(decimals)") else { continue }
            let text = NumberText.string(value)
            #expect(Double(text) == value)
            // Not longer than Swift's own shortest form, exponents aside.
            if !value.description.contains("e") { #expect(text.count <= value.description.count) }
        }
    }
}
