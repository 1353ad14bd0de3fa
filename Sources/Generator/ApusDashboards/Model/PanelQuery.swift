public import ApusPromQL

/// A query of a panel, and the name of its series.
public struct PanelQuery: Sendable {
    let expression: PanelExpression
    /// The name of each series, as Grafana reads it.
    let legend: String
    let legendLabels: [String]
    let narrowing: QueryNarrowing
    /// Whether the result is a histogram's buckets, by `le`.
    let isBuckets: Bool

    /// Makes a query whose series are drawn one by one.
    ///
    /// - Parameters:
    ///   - vector: what is drawn.
    ///   - legend: the name of each series; may name the labels of the vector's series.
    ///   - narrowing: by which of the dashboard's variables its selectors are narrowed.
    public init<Key>(
        _ vector: InstantVector<Key>, legend: LegendText<Key>, narrowing: QueryNarrowing = .allVariables
    ) {
        expression = PanelExpression(vector.expression)
        self.legend = legend.template
        legendLabels = legend.labelNames
        self.narrowing = narrowing
        isBuckets = false
    }

    /// Makes a query of a histogram's buckets, for a heatmap.
    public init<Key>(_ buckets: BucketRates<Key>, narrowing: QueryNarrowing = .allVariables) {
        expression = PanelExpression(buckets.expression)
        legend = "{{le}}"
        legendLabels = ["le"]
        self.narrowing = narrowing
        isBuckets = true
    }
}

/// The choice of a dashboard's variables that narrow a query's selectors.
public enum QueryNarrowing: Hashable, Sendable {
    /// Each variable narrows the query whose label the series have.
    case allVariables
    /// Some variables alone narrow the query; the reason is for readers of the source.
    case only([String], because: String)

    /// No variable narrows the query; the reason is for readers of the source.
    public static func none(because reason: String) -> Self { .only([], because: reason) }

    func applies(_ variable: DashboardVariable) -> Bool {
        switch self {
        case .allVariables: true
        case .only(let names, _): names.contains(variable.name)
        }
    }
}

/// The names of a panel's queries.
enum RefID {
    /// A, B, … Z, A1, B1, …
    static func name(_ index: Int) -> String {
        let (round, letter) = index.quotientAndRemainder(dividingBy: 26)
        let name = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(letter)))
        return round == 0 ? name : "\(name)\(round)"
    }
}
