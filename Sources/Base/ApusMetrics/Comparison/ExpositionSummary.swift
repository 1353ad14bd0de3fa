/// What a target serves, without the values: its families in the order of their first lines.
///
/// ```swift
/// let live = try ExpositionSummary(parsing: "# TYPE up gauge\nup{zone=\"a\"} 1\n")
/// live["up"]?.labelNames  // ["zone"]
/// ```
public struct ExpositionSummary: Sendable {
    public private(set) var families: [ServedFamily] = []
    private var places: [String: Int] = [:]

    /// - Parameter text: of the text format 0.0.4, as `Accept: text/plain;version=0.0.4` asks for it.
    public init(parsing text: String) throws(ExpositionSyntaxError) {
        var number = 0
        for line in Array(text.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            do {
                try read(ExpositionLine(line))
            } catch {
                throw ExpositionSyntaxError(line: number, problem: error.problem)
            }
        }
        for place in families.indices { families[place].labelNames.sort() }
    }

    public subscript(name: String) -> ServedFamily? { places[name].map { families[$0] } }

    private mutating func read(_ line: ExpositionLine) throws(ExpositionLineProblem) {
        var line = line
        if line.isEmpty { return }
        guard line.take(UInt8(ascii: "#")) else { return try readSample(&line) }
        switch line.word() {
        case "HELP":
            let place = place(of: try line.name())
            families[place].help = line.help()
        case "TYPE":
            let place = place(of: try line.name())
            let word = line.word()
            guard let kind = ServedKind(rawValue: word) else { throw ExpositionLineProblem(.unknownType(word)) }
            let family = families[place]
            guard family.kind == kind || family.kind == .untyped && family.sampleCount == 0 else {
                throw ExpositionLineProblem(.typeToldAgain(family.name))
            }
            families[place].kind = kind
        default: return
        }
    }

    private mutating func readSample(_ line: inout ExpositionLine) throws(ExpositionLineProblem) {
        let name = try line.name()
        let labels = try line.labelNames()
        let value = line.word()
        guard Double(value) != nil else { throw ExpositionLineProblem(.badValue(value)) }
        let timestamp = line.word()
        guard timestamp.isEmpty || Int64(timestamp) != nil, line.isEmpty else {
            throw ExpositionLineProblem(.badTimestamp(timestamp))
        }
        let place = placeOfFamily(with: name)
        families[place].sampleCount += 1
        let own = families[place].kind.ownLabel
        for label in labels where label != own && !families[place].labelNames.contains(label) {
            families[place].labelNames.append(label)
        }
    }

    /// The family that a sample of this name belongs to.
    private mutating func placeOfFamily(with sample: String) -> Int {
        if let place = places[sample] { return place }
        for suffix in ["_bucket", "_sum", "_count"] where sample.hasSuffix(suffix) {
            if let place = places[String(sample.dropLast(suffix.count))], families[place].kind.suffixes.contains(suffix) {
                return place
            }
        }
        return place(of: sample)
    }

    private mutating func place(of name: String) -> Int {
        if let place = places[name] { return place }
        places[name] = families.count
        families.append(ServedFamily(name: name))
        return families.count - 1
    }
}
