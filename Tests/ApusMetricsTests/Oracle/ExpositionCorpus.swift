import ApusMetrics

/// Random families of every kind, with what a consumer should read from them.
struct ExpositionCorpus {
    private(set) var families: [MetricFamily] = []
    private(set) var expected: [ExpectedFamily] = []
    private var random: SeededGenerator

    init(families count: Int, seed: UInt64) {
        random = SeededGenerator(seed: seed)
        for index in 0..<count { addFamily(index) }
    }

    /// The corpus in a format, as the agent writes it: kept prefixes, family by family.
    func encoded(_ format: ExpositionFormat) -> [UInt8] {
        var encoder = TextEncoder(format: format)
        for (family, expectation) in zip(families, expected) {
            encoder.begin(family)
            for sample in expectation.samples {
                var labels = LabelBytes.render(sample.labels)
                if case .double(let bound)? = sample.bound {
                    labels += Array("\(labels.isEmpty ? "" : ",")le=\"\(NumberText.bound(bound))\"".utf8)
                }
                let suffix = String(sample.name.dropFirst(family.name.count))
                let prefix = TextEncoder.prefix(family.name, suffix: suffix, labels: labels)
                switch sample.value {
                case .whole(let value): encoder.sample(prefix: prefix, value)
                case .double(let value): encoder.sample(prefix: prefix, value)
                }
            }
        }
        encoder.finish()
        return encoder.bytes
    }

    private mutating func addFamily(_ index: Int) {
        let kind = MetricKind.allCases[index % MetricKind.allCases.count]
        let unit = ["", "seconds", "bytes", "ratio", "celsius", "joules", "percent"].randomElement(using: &random) ?? ""
        // The index keeps names apart, and their ends from being units or suffixes by accident.
        let name = ["a", "_", "Z:z", "http_requests", "x_total", "y_bucket"].randomElement(using: &random) ?? "a"
        let base = "\(name)_\(index)" + (unit.isEmpty ? "" : "_\(unit)")
        let help = Bool.random(using: &random) ? "Help." : text(upTo: 12)
        let buckets = kind == .histogram ? bounds() : []
        let family = MetricFamily(
            name: kind == .counter ? base + "_total" : base, kind: kind, help: help, buckets: buckets)
        var expectation = ExpectedFamily(name: base, type: kind.typeName, help: help, unit: unit)
        for labels in labelSets() {
            switch kind {
            case .counter:
                let value: ExpectedFamily.Number = Bool.random(using: &random) ? .whole(whole()) : .double(positive())
                expectation.samples.append(.init(name: family.name, labels: labels, value: value))
            case .gauge: expectation.samples.append(.init(name: base, labels: labels, value: .double(double())))
            case .histogram: expectation.samples += histogram(base, labels, buckets)
            }
        }
        families.append(family)
        expected.append(expectation)
    }

    private mutating func histogram(
        _ name: String, _ labels: [(String, String)], _ bounds: [Double]
    ) -> [ExpectedFamily.Sample] {
        let counts = (0...bounds.count).map { _ in whole() }.sorted()
        var samples = zip(bounds + [.infinity], counts).map { bound, count in
            ExpectedFamily.Sample(name: name + "_bucket", labels: labels, bound: .double(bound), value: .whole(count))
        }
        samples.append(.init(name: name + "_sum", labels: labels, value: .double(positive())))
        samples.append(.init(name: name + "_count", labels: labels, value: .whole(counts.last ?? 0)))
        return samples
    }

    /// At most three different label sets of a family, the first of them empty at times.
    private mutating func labelSets() -> [[(String, String)]] {
        var seen: Set<[UInt8]> = []
        var sets: [[(String, String)]] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let names = ["a", "_b", "C9", "path", "method"].shuffled(using: &random).prefix(
                Int.random(in: 0...4, using: &random))
            let labels = names.sorted().map { ($0, text(upTo: 6)) }
            if seen.insert(LabelBytes.render(labels)).inserted { sets.append(labels) }
        }
        return sets
    }

    /// One to `limit` pieces that break a careless escape, or any scalar of Unicode.
    private mutating func text(upTo limit: Int) -> String {
        let pieces = [
            "\"", "\\", "\n", "\\n", "\\\"", "\\\\", "{", "}", "=", ",", "\"} 1\n# EOF\n", " # ", "#", " ", "\t", "\r", "\r\n",
            "\u{0}", "\u{1F}", "\u{7F}", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{FFFD}", "\u{10FFFF}", "👩‍👩‍👧‍👦", "🇨🇭", "é", "e\u{301}",
            "# TYPE a counter\n", "a=\"b\",", "NaN", "plain", "/api/v1",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 1...limit, using: &random) {
            if Int.random(in: 0..<3, using: &random) == 0 {
                // A surrogate is no scalar: it becomes the replacement character.
                let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random)) ?? "\u{FFFD}"
                text.unicodeScalars.append(scalar)
            } else {
                text += pieces.randomElement(using: &random) ?? ""
            }
        }
        return text
    }

    private mutating func bounds() -> [Double] {
        var bounds: Set<Double> = []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let value = abs(double())
            // OpenMetrics forbids sums beside negative bounds.
            bounds.insert(value.isFinite ? value : 1)
        }
        return bounds.sorted()
    }

    private mutating func whole() -> UInt64 {
        [0, 1, 1 << 53, (1 << 53) + 1, .max, random.next(), random.next() >> 40].randomElement(using: &random) ?? 0
    }

    /// What OpenMetrics lets a counter or a sum be: no NaN and nothing below zero.
    private mutating func positive() -> Double {
        let value = abs(double())
        return value.isNaN ? .infinity : value
    }

    private mutating func double() -> Double {
        let special: [Double] = [
            0, -0.0, 1, -1, 0.1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
            .leastNormalMagnitude, .greatestFiniteMagnitude,
            -.greatestFiniteMagnitude, 9_007_199_254_740_991, 9_007_199_254_740_992, 9_007_199_254_740_994, 1e16, 1e17, 1e21,
            123_456_789.125, 1.0.nextUp, 1.0.nextDown, 1e-4, 1e-5,
        ]
        if Bool.random(using: &random) { return special.randomElement(using: &random) ?? 0 }
        return Double(bitPattern: random.next())
    }
}
