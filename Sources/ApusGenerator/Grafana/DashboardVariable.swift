import ApusMetrics
import ApusPromQL
import MetricCatalog

/// The variables of every dashboard: whose data, and of which targets.
enum DashboardVariable {
    /// The datasource that all panels read from.
    static let datasource = "datasource"

    /// The target labels that a dashboard can be narrowed to; every selector of every panel uses them.
    static let targetKeys: [TargetKey] = [.job, .instance]

    /// Conditions that narrow a selector to what was chosen on top of the dashboard.
    static var matchers: [PromQLMatcher] { matchers(upTo: nil) }

    /// The query for a variable's values: those of the series that tell which instances there are, narrowed by the variables
    /// that stand before it.
    static func valuesQuery(of key: TargetKey) -> String {
        let series = PromQLSelector(ServiceState.up.family).matching(matchers(upTo: key))
        return "label_values(\(series), \(key.rawValue))"
    }

    private static func matchers(upTo end: TargetKey?) -> [PromQLMatcher] {
        targetKeys.prefix { $0 != end }.map { .label($0.rawValue, .matches, "$\($0.rawValue)") }
    }
}
