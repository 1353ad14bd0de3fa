/// The list of a panel's series.
public struct PanelLegend: Hashable, Sendable {
    /// Grafana's names.
    public enum Mode: String, Sendable {
        case list
        case table
        case hidden
    }

    public enum Placement: String, Sendable {
        case bottom
        case right
    }

    public let mode: Mode
    public let placement: Placement
    /// One number each beside a series' name.
    public let calculations: [Calculation]

    public static let list = Self(mode: .list, placement: .bottom, calculations: [])
    public static let hidden = Self(mode: .hidden, placement: .bottom, calculations: [])

    /// A table with a column a number.
    public static func table(_ calculations: Calculation..., placement: Placement = .bottom) -> Self {
        Self(mode: .table, placement: placement, calculations: calculations)
    }
}

/// What is shown under the pointer; the raw values are Grafana's.
public enum PanelTooltip: String, Hashable, Sendable {
    /// All series, the largest first.
    case all = "multi"
    case single
    case hidden = "none"
}
