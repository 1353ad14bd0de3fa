/// How a panel draws its series.
public enum PanelKind: Hashable, Sendable {
    /// The panel draws values over time.
    case timeSeries(TimeSeriesStyle)
    /// The panel shows one number a series, in the colour of its threshold.
    case stat(of: Calculation, graph: StatGraph)
    /// The panel shows one number a series on a dial, which wants both ends of the scale.
    case gauge(of: Calculation)
    /// The panel shows one number a series on a bar.
    case barGauge(of: Calculation)
    /// The panel has a row for each set of labels, and a column for each label and each query.
    case table
    /// The panel draws a histogram's buckets over time, from queries of bucket rates.
    case heatmap
    /// The panel draws a band a series in the colour of its state, which wants mappings.
    case stateTimeline
    /// The panel shows a text.
    case text(markdown: String)

    /// The panel draws a line a series.
    public static let lines = Self.timeSeries(.lines)
    /// The panel draws lines on top of each other, so that the uppermost is their sum.
    public static let stackedLines = Self.timeSeries(.stackedLines)
    /// The panel draws bars over time.
    public static let bars = Self.timeSeries(.bars)
    /// The panel shows the newest number, with a small line behind it.
    public static let stat = Self.stat(of: .last, graph: .area)
    /// The panel shows the newest number on a dial.
    public static let gauge = Self.gauge(of: .last)
    /// The panel shows the newest number on a bar.
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
    /// The newest value that there is represents the series.
    case last = "lastNotNull"
    case first = "firstNotNull"
    case mean
    case min
    case max
    case sum
    case range
    case count
    /// The difference between the first and the last value represents the series.
    case delta
}
