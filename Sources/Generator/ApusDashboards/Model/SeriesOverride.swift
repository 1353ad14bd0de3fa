/// What is different for some of a panel's series.
public struct SeriesOverride: Hashable, Sendable {
    enum Matcher: Hashable, Sendable {
        case name(String)
        case pattern(String)
        case query(String)
    }

    /// One thing that is different.
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
        /// A dashed line.
        case dashed
        case lineWidth(Int)
        /// In percent.
        case fillOpacity(Int)
        /// Beside the others instead of on top of them.
        case notStacked
        /// Below zero, such as bytes received against bytes sent.
        case negative
        /// With a scale of its own, on the right.
        case rightAxis
        /// Not drawn; or, of a table, no column.
        case hidden
        /// Of a table's column, in pixels.
        case columnWidth(Int)
        /// A table's cells in the colour of their threshold or mapping.
        case coloredCells
    }

    let matcher: Matcher
    let properties: [Property]

    /// For the series, or the column, of a name as the legend has it.
    public static func named(_ name: String, _ properties: Property...) -> Self {
        Self(matcher: .name(name), properties: properties)
    }

    /// For the series whose name matches a regular expression of JavaScript, without slashes.
    public static func matching(_ pattern: String, _ properties: Property...) -> Self {
        Self(matcher: .pattern(pattern), properties: properties)
    }

    /// For the series of one query: A is the first.
    public static func ofQuery(_ refID: String, _ properties: Property...) -> Self {
        Self(matcher: .query(refID), properties: properties)
    }

    /// A line that is a limit: dashed, red, not filled, not stacked.
    public static func limitLine(_ name: String) -> Self {
        named(name, .color(.red), .dashed, .lineWidth(2), .fillOpacity(0), .notStacked)
    }
}
