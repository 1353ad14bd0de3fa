/// The list of a panel's series.
public struct PanelLegend: Hashable, Sendable {
    /// The form of the list; the raw values are Grafana's.
    public enum Mode: String, Sendable {
        case list
        case table
        case hidden
    }

    /// The side of the panel at which the list stands.
    public enum Placement: String, Sendable {
        case bottom
        case right
    }

    public let mode: Mode
    public let placement: Placement
    /// The numbers that stand beside each series' name.
    public let calculations: [Calculation]

    public static let list = Self(mode: .list, placement: .bottom, calculations: [])
    public static let hidden = Self(mode: .hidden, placement: .bottom, calculations: [])

    /// Makes the list a table, with a column a number.
    public static func table(_ calculations: Calculation..., placement: Placement = .bottom) -> Self {
        Self(mode: .table, placement: placement, calculations: calculations)
    }
}

/// What is shown under the pointer; the raw values are Grafana's.
public enum PanelTooltip: String, Hashable, Sendable {
    /// The tooltip shows all series, the largest first.
    case all = "multi"
    case single
    case hidden = "none"
}
