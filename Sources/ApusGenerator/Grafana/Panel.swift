package import ApusMetrics
package import ApusPromQL
package import ApusTopology

/// One panel: what it draws, in which unit, against which limit.
package struct Panel {
    package enum Style: Hashable {
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
    let range: ClosedRange<Double>?
    let limit: PanelLimit?
    let queries: [PanelQuery]

    package init(
        title: String, description: String, style: Style, unit: PanelUnit, range: ClosedRange<Double>? = nil,
        limit: PanelLimit? = nil, queries: [PanelQuery]
    ) {
        self.title = title
        self.description = description
        self.style = style
        self.unit = unit
        self.range = range
        self.limit = limit
        self.queries = queries
    }

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
package enum PanelUnit: String {
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
package enum PanelLimit: Hashable {
    /// Above it is bad.
    case most(Double)
    /// Below it is bad.
    case least(Double)
}

/// One query of a panel, and the name of its lines.
package struct PanelQuery {
    let expression: PromQLExpression
    let legend: [TextPart]

    /// - Parameters:
    ///   - vector: narrowed to the dashboard's `job` and `instance` when it is written.
    ///   - legend: may name the labels of the vector's series.
    package init<Key>(_ vector: InstantVector<Key>, legend: LabelText<Key>) {
        expression = vector.expression
        self.legend = legend.parts
    }
}
