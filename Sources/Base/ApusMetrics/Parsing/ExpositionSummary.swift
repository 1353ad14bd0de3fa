/// What a target serves, without the values: its families in the order of their first lines.
///
/// ```swift
/// let live = try ExpositionSummary(parsing: "# TYPE up gauge\nup{zone=\"a\"} 1\n")
/// live["up"]?.labelNames  // ["zone"]
/// ```
public struct ExpositionSummary: Sendable {
    public private(set) var families: [ServedFamily] = []
    private let grammar: ExpositionReader.Grammar
    private var places: [String: Int] = [:]

    /// - Throws: the first line that is none of the grammar, or that tells the type of a family again.
    public init(parsing text: String, as grammar: ExpositionReader.Grammar = .text) throws(ExpositionSyntaxError) {
        self.grammar = grammar
        var reader = ExpositionReader(text, as: grammar)
        while let line = try reader.next() {
            switch line {
            case .help(let name, let help): families[place(of: name)].help = help
            case .type(let name, let kind):
                let place = place(of: name)
                let family = families[place]
                // The last kind that a saved answer states for a family counts, as for Prometheus.
                guard grammar == .any || family.kind == kind || family.kind == .untyped && family.sampleCount == 0 else {
                    throw reader.error(.typeToldAgain(name))
                }
                families[place].kind = kind
            case .unit, .end: break
            case .sample(let sample):
                let place = placeOfFamily(with: sample.name)
                families[place].count(sample)
            }
        }
    }

    /// The family of a name, which may also be the one that OpenMetrics 1.0 gives it.
    public subscript(name: String) -> ServedFamily? { places[name].map { families[$0] } }

    /// The family that a sample of this name belongs to.
    private mutating func placeOfFamily(with sample: String) -> Int {
        if let place = places[sample] { return place }
        for suffix in ["_bucket", "_sum", "_count", "_gsum", "_gcount", "_created"] where sample.hasSuffix(suffix) {
            if let place = places[String(sample.dropLast(suffix.count))],
                families[place].kind.suffixes(grammar).contains(suffix)
            {
                return place
            }
        }
        if grammar == .any, let place = placeOfOpenMetricsFamily(with: sample) { return place }
        return place(of: sample)
    }

    /// The family that has been named without the ending of this sample, and is renamed.
    private mutating func placeOfOpenMetricsFamily(with sample: String) -> Int? {
        for suffix in ["_total", "_info"] where sample.hasSuffix(suffix) {
            guard let place = places[String(sample.dropLast(suffix.count))], families[place].kind.sampleSuffix == suffix,
                families[place].sampleCount == 0
            else { continue }
            families[place].name = sample
            places[sample] = place
            return place
        }
        return nil
    }

    private mutating func place(of name: String) -> Int {
        if let place = places[name] { return place }
        places[name] = families.count
        families.append(ServedFamily(name: name))
        return families.count - 1
    }
}
