/// Properties that are different for some of a panel's series.
public struct SeriesOverride: Hashable, Sendable {
    enum Matcher: Hashable, Sendable {
        case name(String)
        case pattern(String)
        case query(String)
    }

    /// A property that is different for some series.
    public enum Property: Hashable, Sendable {
        case color(PanelColor)
        case displayName(String)
        case unit(PanelUnit)
        case decimals(Int)
        case minimum(Double)
        case maximum(Double)
        case thresholds(PanelThresholds)
        case mappings([ValueMapping])
        case links([PanelLink])
        /// The line is dashed.
        case dashed
        case lineWidth(Int)
        /// The area below the line has an opacity of so many percent.
        case fillOpacity(Int)
        /// The series is drawn beside the others instead of on top of them.
        case notStacked
        /// The series is drawn below zero, such as bytes received against bytes sent.
        case negative
        /// The series has a scale of its own, on the right.
        case rightAxis
        /// The series is not drawn, or has no column in a table.
        case hidden
        /// The table's column has a width of so many pixels.
        case columnWidth(Int)
        /// The table's cells have the colour of their threshold or mapping.
        case coloredCells
    }

    let matcher: Matcher
    let properties: [Property]

    /// Overrides properties of the series, or the column, that has a name in the legend.
    public static func named(_ name: String, _ properties: Property...) -> Self {
        Self(matcher: .name(name), properties: properties)
    }

    /// Overrides properties of the series whose name matches a regular expression of JavaScript, without slashes.
    public static func matching(_ pattern: String, _ properties: Property...) -> Self {
        Self(matcher: .pattern(pattern), properties: properties)
    }

    /// Overrides properties of the series of one query, of which A is the first.
    public static func ofQuery(_ refID: String, _ properties: Property...) -> Self {
        Self(matcher: .query(refID), properties: properties)
    }

    /// Draws the series of a name as a limit: dashed, red, not filled, not stacked.
    public static func limitLine(_ name: String) -> Self {
        named(name, .color(.red), .dashed, .lineWidth(2), .fillOpacity(0), .notStacked)
    }
}
