package import ApusMetrics
package import ApusPatterns

/// What a user wants counted in the journal: entries that match fields and a regular expression.
package struct JournalPattern: Sendable, Equatable {
    /// The family that it makes: a counter, or a histogram of what a group captures.
    package let family: MetricFamily
    /// The fields that an entry must have, each with its value.
    package let matches: [FieldMatch]
    /// The field that the expression is looked for in.
    package let field: String
    /// The regular expression, in the syntax of PCRE2; its named groups are labels by their names.
    package let expression: String
    /// The group whose text is the observed value; `nil` for a counter.
    package let valueGroup: String?
    /// The most series that are kept; entries of further ones are counted as dropped.
    package let seriesLimit: Int

    package struct FieldMatch: Sendable, Equatable {
        package let field: String
        package let value: String
    }

    /// The kind, labels and buckets as text: what has been counted means the same only while this stays the same.
    var shape: String {
        "\(family.kind.rawValue) \(family.labelNames.joined(separator: ",")) "
            + family.buckets.map { String($0.bitPattern, radix: 16) }.joined(separator: ",")
    }

    /// - Throws: ``JournalPatternFault``.
    package init(
        family: MetricFamily, matches: [FieldMatch], field: String = "MESSAGE", expression: String, valueGroup: String?,
        seriesLimit: Int = 100
    ) throws(JournalPatternFault) {
        self.family = family
        self.matches = matches
        self.field = field
        self.expression = expression
        self.valueGroup = valueGroup
        self.seriesLimit = seriesLimit
        if let fault = family.faults.first { throw .family(fault) }
        for name in matches.map(\.field) + [field] where !JournalField.isLegal(name) { throw .field(name) }
        _ = try CompiledPattern(self)
    }
}

/// What is wrong with a pattern.
package enum JournalPatternFault: Error, Equatable, CustomStringConvertible {
    /// The name, labels or buckets are wrong, as the words say.
    case family(String)
    case field(String)
    case expression(RegularExpressionFault)
    /// A label or the value has no group in the expression.
    case group(String)

    package var description: String {
        switch self {
        case .family(let fault): fault
        case .field(let name):
            "\(name) is no field of the journal: write capitals, digits and underscores, such as _SYSTEMD_UNIT"
        case .expression(let fault): fault.description
        case .group(let name): "the expression has no group (?<\(name)>…)"
        }
    }
}
