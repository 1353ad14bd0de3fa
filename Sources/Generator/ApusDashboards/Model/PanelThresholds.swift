public import ApusTopology

/// Colours from values on, as lines or areas where a panel draws over time.
///
/// Take them from the alert that watches what the panel draws, so that the line is where the alert fires: ``limit(of:)``.
public struct PanelThresholds: Hashable, Sendable {
    /// A colour from a value on.
    public struct Step: Hashable, Sendable {
        public let value: Double
        public let color: PanelColor

        public init(from value: Double, _ color: PanelColor) {
            self.value = value
            self.color = color
        }
    }

    /// How a panel over time draws them; the raw values are Grafana's.
    public enum Style: String, Sendable {
        case none = "off"
        case line
        case dashed
        case area
        case lineAndArea = "line+area"
    }

    /// Below the first step.
    public let base: PanelColor
    /// Ascending.
    public let steps: [Step]
    public let style: Style

    public init(base: PanelColor = .green, _ steps: [Step], style: Style = .line) {
        self.base = base
        self.steps = steps
        self.style = style
    }

    /// Takes the limit of an alert: what is above it is bad, or what is below it, as the alert compares. An alert without a threshold
    /// draws no line.
    public static func limit(of alert: Alert) -> Self {
        guard let limit = alert.threshold?.value else { return Self([]) }
        return alert.firesBelowLimit ? .least(limit) : .most(limit)
    }

    /// Above it is bad.
    public static func most(_ limit: Double) -> Self { Self([Step(from: limit, .red)]) }

    /// Below it is bad.
    public static func least(_ limit: Double) -> Self { Self(base: .red, [Step(from: limit, .green)]) }

    /// Above the first is worth a look, above the second is bad.
    public static func most(warning: Double, critical: Double) -> Self {
        Self([Step(from: warning, .yellow), Step(from: critical, .red)])
    }

    /// Below the first is worth a look, below the second is bad.
    public static func least(warning: Double, critical: Double) -> Self {
        Self(base: .red, [Step(from: critical, .yellow), Step(from: warning, .green)])
    }

    /// The same steps, drawn in another way.
    public func drawn(_ style: Style) -> Self { Self(base: base, steps, style: style) }
}

/// Colours by their names in Grafana's palette, which follow light and dark themes.
public enum PanelColor: String, Hashable, Sendable {
    case green, yellow, orange, red, blue, purple
    case gray = "text"
    case darkGreen = "dark-green"
    case darkRed = "dark-red"
    case lightBlue = "light-blue"
    case transparent
}

extension Double {
    /// What is left of 1, without the noise of binary fractions: `0.99` for `0.01`.
    package var complement: Double { ((1 - self) * 1e12).rounded() / 1e12 }
}
