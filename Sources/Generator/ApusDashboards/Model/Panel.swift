public import ApusTopology

/// A panel of a dashboard: what it draws, in which unit, and against which limits.
public struct Panel: Sendable {
    /// The title of the panel, unique in the dashboard; the panel's id follows from it.
    public let title: String
    /// What the panel shows, in one sentence or more for people.
    public let description: String
    /// How the panel draws its series.
    public let kind: PanelKind
    /// The unit of the panel's values.
    public let unit: PanelUnit
    /// The share of its row that the panel takes; nil for an equal part of what the others leave.
    public let width: PanelWidth?
    /// The queries whose results the panel draws.
    public let queries: [PanelQuery]
    /// Where the panel was described.
    public let place: SourcePlace?

    /// The lower end of the scale, 0 unless said otherwise; nil follows the data.
    public internal(set) var minimum: Double? = 0
    /// The upper end of the scale; nil follows the data.
    public internal(set) var maximum: Double?
    /// The number of digits after the point; nil lets Grafana choose.
    public internal(set) var decimals: Int?
    /// The values from which on the panel has other colours.
    public internal(set) var thresholds: PanelThresholds?
    /// The words and colours that stand in place of values.
    public internal(set) var mappings: [ValueMapping] = []
    /// What is different for some of the panel's series.
    public internal(set) var overrides: [SeriesOverride] = []
    /// How the panel lists its series.
    public internal(set) var legend = PanelLegend.list
    /// What the panel shows under the pointer.
    public internal(set) var tooltip = PanelTooltip.all
    /// The links that stand in the panel's corner.
    public internal(set) var links: [PanelLink] = []
    /// The links that stand on the panel's values.
    public internal(set) var dataLinks: [PanelLink] = []
    /// The variable for whose values the panel is repeated; nil for a panel that is drawn once.
    public internal(set) var repetition: PanelRepetition?

    /// Makes a panel that draws queries.
    ///
    /// - Parameters:
    ///   - title: unique in the dashboard.
    ///   - description: one sentence or more.
    ///   - kind: how it draws.
    ///   - unit: of its values.
    ///   - width: of its row; nil for an equal part of what the others leave.
    ///   - queries: at least one, but for texts.
    public init(
        _ title: String, description: String, kind: PanelKind = .lines, unit: PanelUnit, width: PanelWidth? = nil,
        fileID: String = #fileID, line: Int = #line, @ListBuilder<PanelQuery> queries: () -> [PanelQuery]
    ) {
        self.title = title
        self.description = description
        self.kind = kind
        self.unit = unit
        self.width = width
        self.queries = queries()
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// Makes a panel that shows a text in Markdown.
    public init(
        _ title: String, markdown: String, description: String = "What this dashboard shows.", width: PanelWidth? = nil,
        fileID: String = #fileID, line: Int = #line
    ) {
        self.init(
            title, description: description, kind: .text(markdown: markdown), unit: .none, width: width, fileID: fileID,
            line: line
        ) {}
    }
}
