/// How a panel draws its series.
public enum PanelKind: Hashable, Sendable {
    case timeSeries(TimeSeriesStyle)
    /// One number a series, in the colour of its threshold.
    case stat(of: Calculation, graph: StatGraph)
    /// One number a series on a dial; wants both ends of the scale.
    case gauge(of: Calculation)
    /// One number a series on a bar.
    case barGauge(of: Calculation)
    /// A row for each set of labels, a column for each label and each query.
    case table
    /// A histogram's buckets over time, from queries of bucket rates.
    case heatmap
    /// A band a series, in the colour of its state; wants mappings.
    case stateTimeline
    case text(markdown: String)

    public static let lines = Self.timeSeries(.lines)
    /// Lines on top of each other, so that the uppermost is their sum.
    public static let stackedLines = Self.timeSeries(.stackedLines)
    public static let bars = Self.timeSeries(.bars)
    /// The newest number, with a small line behind it.
    public static let stat = Self.stat(of: .last, graph: .area)
    public static let gauge = Self.gauge(of: .last)
    public static let barGauge = Self.barGauge(of: .last)
}

/// How values over time are drawn.
public enum TimeSeriesStyle: Hashable, Sendable {
    case lines
    case stackedLines
    case bars
    case stackedBars

    var isStacked: Bool { self == .stackedLines || self == .stackedBars }
    var isBars: Bool { self == .bars || self == .stackedBars }
}

/// What stands behind the number of a stat.
public enum StatGraph: String, Hashable, Sendable {
    case none
    case area
}

/// How the values of a series become one; the raw values are Grafana's.
public enum Calculation: String, Hashable, Sendable {
    /// The newest value that there is.
    case last = "lastNotNull"
    case first = "firstNotNull"
    case mean
    case min
    case max
    case sum
    case range
    case count
    /// Between the first and the last value.
    case delta
}
