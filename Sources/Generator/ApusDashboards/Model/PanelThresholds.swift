public import ApusTopology

/// The values from which on a panel has other colours, drawn as lines or areas where it draws over time.
///
/// Take them from the alert that watches what the panel draws, so that the line is where the alert fires: ``limit(of:)``.
public struct PanelThresholds: Hashable, Sendable {
    /// A value, and the colour of the panel from it on.
    public struct Step: Hashable, Sendable {
        public let value: Double
        public let color: PanelColor

        public init(from value: Double, _ color: PanelColor) {
            self.value = value
            self.color = color
        }
    }

    /// The way in which a panel over time draws its thresholds; the raw values are Grafana's.
    public enum Style: String, Sendable {
        case none = "off"
        case line
        case dashed
        case area
        case lineAndArea = "line+area"
    }

    /// The colour below the first step.
    public let base: PanelColor
    /// The steps in ascending order.
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

    /// Makes values above a limit red.
    public static func most(_ limit: Double) -> Self { Self([Step(from: limit, .red)]) }

    /// Makes values below a limit red.
    public static func least(_ limit: Double) -> Self { Self(base: .red, [Step(from: limit, .green)]) }

    /// Makes values above the first limit yellow, and above the second red.
    public static func most(warning: Double, critical: Double) -> Self {
        Self([Step(from: warning, .yellow), Step(from: critical, .red)])
    }

    /// Makes values below the first limit yellow, and below the second red.
    public static func least(warning: Double, critical: Double) -> Self {
        Self(base: .red, [Step(from: critical, .yellow), Step(from: warning, .green)])
    }

    /// Draws the same steps in another way.
    public func drawn(_ style: Style) -> Self { Self(base: base, steps, style: style) }
}

/// A colour of Grafana's palette, which follows light and dark themes; the raw values are its names there.
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
