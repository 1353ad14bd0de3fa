extension Panel {
    /// The ends of the scale; nil follows the data. Without this it begins at 0.
    public func range(from minimum: Double?, to maximum: Double?) -> Self {
        with { ($0.minimum, $0.maximum) = (minimum, maximum) }
    }

    /// So many digits after the point.
    public func decimals(_ count: Int) -> Self { with { $0.decimals = count } }

    /// Colours from values on, drawn as lines or areas over time.
    public func thresholds(_ thresholds: PanelThresholds?) -> Self { with { $0.thresholds = thresholds } }

    /// Words and colours in place of values.
    public func mappings(_ mappings: ValueMapping...) -> Self { with { $0.mappings += mappings } }

    /// What is different for some of its series.
    public func overrides(_ overrides: SeriesOverride...) -> Self { with { $0.overrides += overrides } }

    public func legend(_ legend: PanelLegend) -> Self { with { $0.legend = legend } }

    public func tooltip(_ tooltip: PanelTooltip) -> Self { with { $0.tooltip = tooltip } }

    /// Links in the panel's corner.
    public func links(_ links: PanelLink...) -> Self { with { $0.links += links } }

    /// Links on its values.
    public func dataLinks(_ links: PanelLink...) -> Self { with { $0.dataLinks += links } }

    /// Once for each chosen value of a variable, beside or below each other.
    public func repeated(for variable: String, _ direction: PanelRepetition.Direction = .horizontal, perRow: Int = 4) -> Self {
        with { $0.repetition = PanelRepetition(variable: variable, direction: direction, perRow: perRow) }
    }

    private func with(_ change: (inout Panel) -> Void) -> Self {
        var panel = self
        change(&panel)
        return panel
    }
}

/// A panel drawn once for each chosen value of a variable.
public struct PanelRepetition: Hashable, Sendable {
    /// Grafana's letters.
    public enum Direction: String, Sendable {
        case horizontal = "h"
        case vertical = "v"
    }

    public let variable: String
    public let direction: Direction
    /// Most panels side by side.
    public let perRow: Int
}
