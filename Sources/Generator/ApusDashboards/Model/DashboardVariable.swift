import AgentMetrics
public import ApusMetrics
public import ApusPromQL

/// A variable of a dashboard: people choose from a label's values on top of it, which narrows its queries.
///
/// Its values are those of a declaration's series, narrowed by the variables that stand before it.
public struct DashboardVariable: Hashable, Sendable {
    /// The name of the variable, which stands behind the `$` in queries.
    public let name: String
    /// The title of the variable, for people.
    public let title: String
    /// The label whose values the variable narrows.
    public let label: String
    /// The series whose label has the values to choose from.
    let series: String
    /// The family of those series.
    let family: String
    /// All labels of those series, by which the variables before can narrow them.
    let seriesLabels: Set<String>
    /// Whether people can choose several values, or all, at a time.
    public let isMultiple: Bool
    /// The families whose series it narrows; nil for all that have the label.
    private(set) var scope: Set<String>?
    /// The regular expression in place of all values, whose list could be too long.
    private(set) var allValue = ".+"

    /// Makes a variable of a label's values.
    ///
    /// - Parameters:
    ///   - key: the label.
    ///   - declaration: of the series that have its values.
    ///   - name: behind the `$`; the label's when nil.
    ///   - title: for people; the name with a capital when nil.
    ///   - isMultiple: whether several can be chosen, or all.
    public init<Metric: MetricDeclaration>(
        _ key: SeriesKey<Metric.Labels.Key>, of declaration: Metric, name: String? = nil, title: String? = nil,
        isMultiple: Bool = true
    ) {
        let family = declaration.family
        let name = name ?? key.rawValue
        self.name = name
        self.title = title ?? name.prefix(1).uppercased() + name.dropFirst()
        label = key.rawValue
        self.family = family.name
        series = family.kind == .histogram ? family.name + "_count" : family.name
        seriesLabels = Set(family.labelNames + TargetKey.allCases.map(\.rawValue))
        self.isMultiple = isMultiple
    }

    /// The variable of the scrape jobs.
    public static let job = Self(.job, of: ServiceState.up)
    /// The variable of the services.
    public static let service = Self(.service, of: ServiceState.up)
    /// The variable of the processes.
    public static let instance = Self(.instance, of: ServiceState.up)

    /// The variable for the datasource that all panels read from, which every dashboard has first.
    static let datasource = "datasource"

    /// Makes the variable narrow the series of some families only.
    ///
    /// A dashboard of several programs needs it: the label `instance` of each has other values, so that what is chosen of one would leave
    /// nothing of the others.
    public func narrowing(only families: [MetricFamily]) -> Self {
        var variable = self
        variable.scope = Set(families.map(\.name))
        return variable
    }

    /// Makes the variable let series without the label pass too, as long as all is chosen.
    public func includingUnlabelled() -> Self {
        var variable = self
        variable.allValue = ".*"
        return variable
    }

    /// Whether it narrows a family's series; nil for a family that nobody declares.
    func narrows(family: String?) -> Bool {
        guard let scope else { return true }
        return family.map(scope.contains) ?? false
    }

    /// The query for the values, given the variables that stand before.
    func valuesQuery(after earlier: some Sequence<DashboardVariable>) -> String {
        let narrowing = earlier.filter { seriesLabels.contains($0.label) && $0.narrows(family: family) }
        let matchers = narrowing.map {
            PanelExpression.matcher($0.label, matches: "$\($0.name)")
        }
        return "label_values(\(series)\(matchers.isEmpty ? "" : "{\(matchers.joined(separator: ", "))}"), \(label))"
    }
}
