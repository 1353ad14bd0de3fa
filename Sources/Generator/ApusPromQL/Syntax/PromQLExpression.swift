/// A PromQL expression: any metric, any label, the whole grammar of Prometheus.
///
/// Typed queries (``Series``, ``InstantVector``) build it from declarations; raw expressions, and other people's rules and
/// dashboards, are read from text. Parentheses are not kept; ``description`` writes those that the tree needs.
///
/// ```swift
/// let expression = try PromQLExpression(parsing: "sum(rate(requests_total[5m])) by (job)")
/// expression.description  // sum by (job) (rate(requests_total[5m]))
/// ```
public struct PromQLExpression: Sendable {
    public let form: Form
    /// What the expression evaluates to.
    public let type: PromQLType
    /// The place in the text, as offsets in bytes of UTF-8; empty when it was not read from one.
    public let position: Range<Int>
    /// Levels of nested expressions, this one included.
    let depth: Int

    public indirect enum Form: Hashable, Sendable {
        case number(Double)
        case string(String)
        /// The newest sample of each series.
        case selector(PromQLSelector)
        /// The samples of each series within a window.
        case range(PromQLSelector, window: PromQLDuration)
        /// An expression evaluated every `step` (the evaluation interval without one) within a window.
        case subquery(PromQLExpression, window: PromQLDuration, step: PromQLDuration?, PromQLModifiers)
        case call(PromQLFunction, [PromQLExpression])
        /// `parameter` is the first argument of those that take two, such as `topk`.
        case aggregation(PromQLAggregation, PromQLGrouping?, parameter: PromQLExpression?, PromQLExpression)
        case negated(PromQLExpression)
        case binary(PromQLOperator, PromQLMatching, PromQLExpression, PromQLExpression)
        /// A variable of Grafana in place of an expression, such as `$threshold`.
        case variable(String)
    }

    init(_ form: Form, _ type: PromQLType, _ position: Range<Int>, depth: Int) {
        self.form = form
        self.type = type
        self.position = position
        self.depth = depth
    }

    /// Reads an expression.
    ///
    /// - Parameter dialect: what else than PromQL may stand in it.
    /// - Throws: ``PromQLSyntaxError``, with the place and what would stand there.
    public init(parsing text: String, dialect: PromQLDialect = .prometheus) throws(PromQLSyntaxError) {
        var parser = try PromQLParser(text, dialect: dialect)
        self = try parser.wholeExpression()
    }
}

extension PromQLExpression: Hashable {
    /// Compares the trees, wherever they stood.
    public static func == (left: Self, right: Self) -> Bool { left.form == right.form }
    public func hash(into hasher: inout Hasher) { hasher.combine(form) }
}

/// What an expression evaluates to.
public enum PromQLType: String, Sendable {
    case scalar
    case string
    case instantVector = "instant vector"
    case rangeVector = "range vector"
    /// The type of a variable, known once Grafana has replaced it.
    case unknown
}

/// What a text may hold beside PromQL.
public enum PromQLDialect: Sendable {
    case prometheus
    /// Variables in place of names, numbers, durations and expressions: `$x`, `${x}`, `${x:format}`, `[[x]]`.
    case grafana
}
