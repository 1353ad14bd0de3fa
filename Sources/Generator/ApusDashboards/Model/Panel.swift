public import ApusTopology

/// One panel: what it draws, in which unit, against which limits.
public struct Panel: Sendable {
    /// Unique in the dashboard; the panel's id follows from it.
    public let title: String
    /// One sentence or more for people.
    public let description: String
    public let kind: PanelKind
    public let unit: PanelUnit
    /// The share of its row; nil for an equal part of what the others leave.
    public let width: PanelWidth?
    public let queries: [PanelQuery]
    public let place: SourcePlace?

    /// The ends of the scale; the smallest value is 0 unless said otherwise, nil follows the data.
    public internal(set) var minimum: Double? = 0
    public internal(set) var maximum: Double?
    /// Digits after the point; nil lets Grafana choose.
    public internal(set) var decimals: Int?
    public internal(set) var thresholds: PanelThresholds?
    public internal(set) var mappings: [ValueMapping] = []
    public internal(set) var overrides: [SeriesOverride] = []
    public internal(set) var legend = PanelLegend.list
    public internal(set) var tooltip = PanelTooltip.all
    /// In the panel's corner.
    public internal(set) var links: [PanelLink] = []
    /// On its values.
    public internal(set) var dataLinks: [PanelLink] = []
    public internal(set) var repetition: PanelRepetition?

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

    /// A text in Markdown.
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
