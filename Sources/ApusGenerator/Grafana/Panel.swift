import ApusMetrics
import ApusPromQL

/// One panel: what it draws, in which unit, against which limit.
struct Panel {
    enum Style: Hashable {
        case lines
        /// Lines on top of each other, so that the uppermost is their sum.
        case stackedLines
        /// One number, with a small line behind it.
        case singleValue
    }

    /// Unique in the dashboard; the panel's id follows from it.
    let title: String
    let description: String
    let style: Style
    let unit: PanelUnit
    var range: ClosedRange<Double>?
    var limit: PanelLimit?
    let queries: [PanelQuery]

    /// Throws the first thing that is wrong with a query or its legend.
    func check(dashboard: String) throws(GenerationError) {
        let place = "dashboard \(dashboard), panel \(title)"
        for query in queries {
            let faults = query.expression.faults(in: .panel)
            guard faults.isEmpty else { throw .faultyQuery(place: place, faults: faults) }
            let labels = query.expression.resultLabels ?? []
            for label in query.legend.labelNames where !labels.contains(label) {
                throw .unknownLabel(label, place: place)
            }
        }
    }
}

/// Units by their names in Grafana
/// (https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit).
enum PanelUnit: String {
    case percent
    /// A ratio from 0 to 1, shown in percent.
    case ratio = "percentunit"
    /// With binary prefixes.
    case bytes
    case seconds = "s"
    /// A plain number.
    case count = "short"
    case perSecond = "cps"
}

/// The line that a panel draws where an alert's threshold is.
enum PanelLimit: Hashable {
    /// Above it is bad.
    case most(Double)
    /// Below it is bad.
    case least(Double)
}

/// One query of a panel, and the name of its lines.
struct PanelQuery {
    let expression: QueryExpression
    let legend: [TextPart]

    /// - Parameters:
    ///   - vector: narrowed to the dashboard's `job` and `instance` when it is written.
    ///   - legend: may name the labels of the vector's series.
    init<Key>(_ vector: InstantVector<Key>, legend: LabelText<Key>) {
        expression = vector.expression
        self.legend = legend.parts
    }
}
