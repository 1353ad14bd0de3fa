/// A word and a colour in place of a value.
public struct ValueMapping: Hashable, Sendable {
    enum Condition: Hashable, Sendable {
        case value(Double)
        case range(from: Double?, to: Double?)
        case missing
    }

    let condition: Condition
    let text: String
    let color: PanelColor?

    /// In place of one value.
    public static func value(_ value: Double, _ text: String, _ color: PanelColor? = nil) -> Self {
        Self(condition: .value(value), text: text, color: color)
    }

    /// In place of the values from one to another, both included; nil for no end.
    public static func range(from: Double?, to: Double?, _ text: String, _ color: PanelColor? = nil) -> Self {
        Self(condition: .range(from: from, to: to), text: text, color: color)
    }

    /// Where there is no value, or none that is a number.
    public static func missing(_ text: String, _ color: PanelColor? = nil) -> Self {
        Self(condition: .missing, text: text, color: color)
    }
}
