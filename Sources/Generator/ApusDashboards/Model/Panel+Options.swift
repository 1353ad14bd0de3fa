extension Panel {
    /// Sets the ends of the scale, of which nil follows the data; without this the scale begins at 0.
    public func range(from minimum: Double?, to maximum: Double?) -> Self {
        with { ($0.minimum, $0.maximum) = (minimum, maximum) }
    }

    /// Sets the number of digits after the point.
    public func decimals(_ count: Int) -> Self { with { $0.decimals = count } }

    /// Sets the values from which on the panel has other colours, drawn as lines or areas over time.
    public func thresholds(_ thresholds: PanelThresholds?) -> Self { with { $0.thresholds = thresholds } }

    /// Adds words and colours that stand in place of values.
    public func mappings(_ mappings: ValueMapping...) -> Self { with { $0.mappings += mappings } }

    /// Adds what is different for some of the panel's series.
    public func overrides(_ overrides: SeriesOverride...) -> Self { with { $0.overrides += overrides } }

    /// Sets how the panel lists its series.
    public func legend(_ legend: PanelLegend) -> Self { with { $0.legend = legend } }

    /// Sets what the panel shows under the pointer.
    public func tooltip(_ tooltip: PanelTooltip) -> Self { with { $0.tooltip = tooltip } }

    /// Adds links that stand in the panel's corner.
    public func links(_ links: PanelLink...) -> Self { with { $0.links += links } }

    /// Adds links that stand on the panel's values.
    public func dataLinks(_ links: PanelLink...) -> Self { with { $0.dataLinks += links } }

    /// Repeats the panel for each chosen value of a variable, beside or below each other.
    public func repeated(for variable: String, _ direction: PanelRepetition.Direction = .horizontal, perRow: Int = 4) -> Self {
        with { $0.repetition = PanelRepetition(variable: variable, direction: direction, perRow: perRow) }
    }

    private func with(_ change: (inout Panel) -> Void) -> Self {
        var panel = self
        change(&panel)
        return panel
    }
}

/// How a panel is repeated: once for each chosen value of a variable.
public struct PanelRepetition: Hashable, Sendable {
    /// The direction in which the repetitions stand; the raw values are Grafana's.
    public enum Direction: String, Sendable {
        case horizontal = "h"
        case vertical = "v"
    }

    /// The name of the variable.
    public let variable: String
    /// Whether the repetitions stand beside or below each other.
    public let direction: Direction
    /// The maximum number of panels side by side.
    public let perRow: Int
}
