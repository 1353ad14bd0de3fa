/// A word and a colour that a panel shows in place of a value.
public struct ValueMapping: Hashable, Sendable {
    enum Condition: Hashable, Sendable {
        case value(Double)
        case range(from: Double?, to: Double?)
        case missing
    }

    let condition: Condition
    let text: String
    let color: PanelColor?

    /// Shows a text in place of one value.
    public static func value(_ value: Double, _ text: String, _ color: PanelColor? = nil) -> Self {
        Self(condition: .value(value), text: text, color: color)
    }

    /// Shows a text in place of the values from one to another, both included; nil is no end.
    public static func range(from: Double?, to: Double?, _ text: String, _ color: PanelColor? = nil) -> Self {
        Self(condition: .range(from: from, to: to), text: text, color: color)
    }

    /// Shows a text where there is no value, or none that is a number.
    public static func missing(_ text: String, _ color: PanelColor? = nil) -> Self {
        Self(condition: .missing, text: text, color: color)
    }
}
