import ApusMetrics

/// What a section of a pattern file says.
struct PatternSection {
    let name: String
    let line: Int
    private var help: String?
    private var matches: [JournalPattern.FieldMatch] = []
    private var field: String?
    private var expression: String?
    private var labels: [String]?
    private var buckets: [Double]?
    private var seriesLimit: Int?

    init(name: String, line: Int) {
        self.name = name
        self.line = line
    }

    mutating func set(_ key: Substring, _ value: Substring) throws(PatternSectionFault) {
        let text = String(value)
        switch key {
        case "Help": try once(&help, text, key)
        case "Field": try once(&field, text, key)
        case "Expression": try once(&expression, text, key)
        case "Match":
            guard let equals = value.firstIndex(of: "=") else {
                throw PatternSectionFault("Match=\(text): write Match=FIELD=value")
            }
            matches.append(
                JournalPattern.FieldMatch(field: String(value[..<equals]), value: String(value[value.index(after: equals)...])))
        case "Labels": try once(&labels, value.split(separator: " ").map(String.init), key)
        case "Buckets":
            let bounds = value.split(separator: " ").map { Double($0) }
            guard !bounds.isEmpty, !bounds.contains(nil) else {
                throw PatternSectionFault("Buckets=\(text): write upper bounds, such as Buckets=0.1 0.5 1")
            }
            try once(&buckets, bounds.compactMap { $0 }, key)
        case "SeriesLimit":
            guard let limit = Int(text), (1...10_000).contains(limit) else {
                throw PatternSectionFault("SeriesLimit=\(text): write a number from 1 to 10000")
            }
            try once(&seriesLimit, limit, key)
        default:
            throw PatternSectionFault("\(key)= is no setting: Help, Match, Field, Expression, Labels, Buckets, SeriesLimit are")
        }
    }

    private func once<Value>(_ setting: inout Value?, _ value: Value, _ key: Substring) throws(PatternSectionFault) {
        guard setting == nil else { throw PatternSectionFault("\(key)= is set twice") }
        setting = value
    }

    func pattern() throws(PatternSectionFault) -> JournalPattern {
        guard let expression, !expression.isEmpty else { throw PatternSectionFault("needs Expression=") }
        guard let help, !help.isEmpty else {
            throw PatternSectionFault("needs Help=, one sentence for those who read the metric")
        }
        let groups = labels ?? Self.groups(of: expression).filter { buckets == nil || $0 != "value" }
        let family = MetricFamily(
            name: name, kind: buckets == nil ? .counter : .histogram, help: help, labelNames: groups, buckets: buckets ?? [])
        do throws(JournalPatternFault) {
            return try JournalPattern(
                family: family, matches: matches, field: field ?? "MESSAGE", expression: expression,
                valueGroup: buckets == nil ? nil : "value", seriesLimit: seriesLimit ?? 100)
        } catch {
            throw PatternSectionFault(error.description)
        }
    }

    /// The named groups in their order; written in any of the three ways that PCRE2 knows.
    private static func groups(of expression: String) -> [String] {
        var names: [String] = []
        for opening in ["(?<", "(?P<", "(?'"] {
            var rest = expression[...]
            while let range = rest.firstRange(of: opening) {
                rest = rest[range.upperBound...]
                let name = rest.prefix { $0 != ">" && $0 != "'" }
                // Not a look behind.
                if MetricName.isLegalLabel(name), !names.contains(String(name)) { names.append(String(name)) }
            }
        }
        return names
    }
}

/// What is wrong with a section, in words.
struct PatternSectionFault: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
