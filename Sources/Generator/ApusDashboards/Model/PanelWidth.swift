/// The share of a row's width that a panel takes.
public struct PanelWidth: Hashable, Sendable {
    public let numerator: Int
    public let denominator: Int

    /// `.share(2, of: 5)` is two fifths.
    public static func share(_ numerator: Int, of denominator: Int) -> Self {
        Self(numerator: numerator, denominator: denominator)
    }

    public static let full = share(1, of: 1)
    public static let threeQuarters = share(3, of: 4)
    public static let twoThirds = share(2, of: 3)
    public static let half = share(1, of: 2)
    public static let third = share(1, of: 3)
    public static let quarter = share(1, of: 4)
    public static let sixth = share(1, of: 6)
}
