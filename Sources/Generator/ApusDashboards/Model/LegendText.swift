public import ApusMetrics

/// The name of a query's series, with labels of its result in it; only labels of the query's keys compile.
///
/// ```swift
/// let name: LegendText<SeriesKey<ChannelLabels.Key>> = "\(.instance) by \(.label(.channel))"
/// ```
public struct LegendText<Key: LabelKey>: ExpressibleByStringInterpolation, Sendable {
    /// As Grafana reads it: `{{instance}}`.
    let template: String
    let labelNames: [String]

    public init(stringLiteral value: String) {
        template = value
        labelNames = []
    }

    public init(stringInterpolation: StringInterpolation) {
        template = stringInterpolation.template
        labelNames = stringInterpolation.labelNames
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var template = ""
        fileprivate var labelNames: [String] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ literal: String) { template += literal }

        /// Appends the value of a label.
        public mutating func appendInterpolation(_ key: Key) {
            template += "{{\(key.rawValue)}}"
            labelNames.append(key.rawValue)
        }

        /// Appends a text that is known when generating.
        public mutating func appendInterpolation(text: String) { template += text }
    }
}
