import ApusMetrics

/// Random families of every kind.
struct ExpositionCorpus {
    private(set) var families: [CorpusFamily] = []
    private var random: CorpusRandom

    init(families count: Int, seed: UInt64) throws {
        random = CorpusRandom(seed: seed)
        for index in 0..<count { families.append(try family(index)) }
    }

    var seriesCount: Int { families.reduce(0) { $0 + $1.series.count } }

    /// The corpus in a format, as the agent writes it: family by family.
    ///
    /// - Parameter drained: after so many series the bytes are taken from the encoder, as a server does that streams.
    func encoded(_ format: ExpositionFormat, writesCreated: Bool = false, drained: Int = .max) -> [UInt8] {
        var encoder = ExpositionEncoder(format: format)
        encoder.writesCreated = writesCreated
        var taken: [UInt8] = []
        var written = 0
        for family in families {
            encoder.begin(family.family)
            for series in family.series {
                encoder.point(series.point, of: family.family)
                written += 1
                guard written.isMultiple(of: drained) else { continue }
                taken += encoder.bytes
                encoder.removeAll()
            }
        }
        encoder.finish()
        return taken + encoder.bytes
    }

    private mutating func family(_ index: Int) throws -> CorpusFamily {
        let kind = MetricKind.allCases[index % MetricKind.allCases.count]
        let units = ["", "seconds", "bytes", "ratio", "celsius", "joules", "percent", "furlongs"]
        let unit = random.element(units) ?? ""
        // The index keeps names apart, and their ends from being units or suffixes by accident.
        let name = random.element(["a", "_", "Z:z", "http_requests", "x_total", "y_bucket"]) ?? "a"
        var base = "\(name)_\(index)" + (unit.isEmpty ? "" : "_\(unit)")
        switch kind {
        case .counter: base += "_total"
        case .info where index % 3 > 0: base += "_info"
        default: break
        }
        let family = MetricFamily(
            name: base, kind: kind, help: random.bool() ? "Help." : random.text(upTo: 12),
            buckets: kind == .histogram ? bounds() : [],
            // A declared unit that does not end the name is none.
            unit: unit == "furlongs" ? unit : random.element([nil, "hogsheads"]) ?? nil,
            shape: kind == .nativeHistogram ? try shape() : nil, states: kind == .stateSet ? states() : [])
        let hasUnit = kind != .info && kind != .stateSet
        var corpus = CorpusFamily(family: family, unit: hasUnit ? unit : "")
        for labels in labelSets() { corpus.series.append(series(family, labels)) }
        return corpus
    }

    private mutating func series(_ family: MetricFamily, _ labels: [(String, String)]) -> CorpusSeries {
        let value: PointValue
        var exemplars = 0
        switch family.kind {
        case .counter:
            value = random.bool() ? .integer(random.whole()) : .double(random.positive())
            exemplars = 1
        case .gauge: value = .double(random.double())
        case .histogram:
            // Eight of them do not overflow their sum.
            value = .histogram(counts: (0...family.buckets.count).map { _ in random.whole() >> 3 }, sum: random.double())
            exemplars = family.buckets.count + 1
        case .nativeHistogram:
            guard let shape = family.shape else { return CorpusSeries(labels: labels, value: .info) }
            let native = native(shape)
            return CorpusSeries(
                labels: labels, value: .nativeHistogram(native), created: created(),
                exemplars: (0..<random.int(0...4)).map { _ in exemplar() })
        case .summary: value = .summary(count: random.whole(), sum: random.double())
        case .info: value = .info
        case .stateSet: value = .stateSet(random.element([nil] + family.states.indices.map { $0 }) ?? nil)
        }
        return CorpusSeries(
            labels: labels, value: value, created: created(),
            exemplars: random.bool() ? [] : (0..<exemplars).map { _ in exemplar() })
    }

    private mutating func native(_ shape: NativeShape) -> NativeHistogramValue {
        // Empty ones, ones with runs and gaps of every length, and full ones.
        let density = random.int(0...4)
        let counts = (0..<shape.bucketCount).map { _ in
            random.int(0...3) < density ? random.whole() >> 11 : 0
        }
        let some = density > 0
        return NativeHistogramValue(
            shape: shape, zeroCount: some && random.bool() ? random.whole() >> 11 : 0, counts: counts,
            below: some && random.bool() ? random.whole() >> 40 : 0, above: some && random.bool() ? random.whole() >> 40 : 0,
            sum: random.double())
    }

    private mutating func shape() throws -> NativeShape {
        let schema = random.int(0...5)
        let octaves = random.int(1...(random.bool() ? 4 : 16))
        return try NativeShape(
            schema: schema, lowestExponent: random.element([-1022, -20, -3, 0, 7, 1023 - octaves]) ?? 0, octaves: octaves)
    }

    private mutating func exemplar() -> CorpusExemplar? {
        guard random.bool() else { return nil }
        var labels: [(String, String)] = []
        if random.bool() { labels.append(("trace_id", random.text(upTo: 4, braces: false))) }
        // Either side of the limit of 128 characters.
        if random.int(0...3) == 0 {
            let used = labels.reduce(0) { $0 + $1.0.unicodeScalars.count + $1.1.unicodeScalars.count }
            let scalar = random.element(["x", "é", "\u{10FFFF}", "\\"]) ?? "x"
            labels.append(("span_id", String(repeating: scalar, count: max(1, 128 - 7 - used + random.int(0...1)))))
        }
        return CorpusExemplar(labels: labels, value: random.double(), timestamp: random.bool() ? nil : created())
    }

    /// A time of about these years, or what is none.
    private mutating func created() -> Double? {
        random.element([
            nil, 0, 1_520_430_000.123, 1_795_259_101, .nan, Double(random.next() >> 11) / 8_388_608, -1.5, .infinity,
        ]) ?? nil
    }

    /// At most three different label sets of a family, the first of them empty at times.
    private mutating func labelSets() -> [[(String, String)]] {
        var seen: Set<[UInt8]> = []
        var sets: [[(String, String)]] = []
        for _ in 0..<random.int(1...3) {
            let labels = ["C9", "_b", "a", "method", "path"].filter { _ in random.bool() }.map { ($0, random.text(upTo: 6)) }
            if seen.insert(LabelBytes.render(labels)).inserted { sets.append(labels) }
        }
        return sets
    }

    private mutating func states() -> [String] {
        let states = (0..<random.int(1...4)).map { _ in random.text(upTo: 3) }
        return Array(Set(states)).sorted()
    }

    private mutating func bounds() -> [Double] {
        // With a bound below zero OpenMetrics 1.0 has neither sum nor count.
        let hasNegative = random.int(0...3) == 0
        var bounds: Set<Double> = []
        for _ in 0..<random.int(1...6) {
            let value = random.double()
            bounds.insert(!value.isFinite ? 1 : hasNegative ? value : abs(value))
        }
        return bounds.sorted()
    }
}
