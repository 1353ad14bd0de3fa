public import ApusTopology

/// A dashboard as rows of panels; where each stands on the grid follows from the order, and each panel's id from its title.
///
/// ```swift
/// let checkout = Dashboard("checkout", title: "Checkout", description: "What customers wait for.") {
///     PanelRow("Traffic") {
///         Panel("Requests", description: "Requests answered per second by each instance.", unit: .requestsPerSecond) {
///             PanelQuery(Shop.requests.series.rate(over: .rateInterval).sum(by: .instance), legend: "\(.instance)")
///         }
///     }
/// }
/// let files = try Dashboard.files([checkout])
/// ```
///
/// Every query is narrowed to what is chosen on top of the dashboard (``DashboardVariable``), by the labels that its series have.
public struct Dashboard: Sendable {
    /// Names the file.
    public let name: String
    /// At most 40 of `[A-Za-z0-9_-]`; stable, since links and Grafana's store go by it.
    public let uid: DashboardUID
    public let title: String
    public let description: String
    public let tags: [String]
    /// In the order in which they are shown and narrow each other; the datasource, which every dashboard has, is not among them.
    public let variables: [DashboardVariable]
    public let links: [DashboardLink]
    /// Beside Grafana's own, which stays.
    public let annotations: [DashboardAnnotation]
    public let rows: [PanelRow]
    /// Between two reloads, in Grafana's form.
    public let refresh: String
    /// How far back it shows at first, in Grafana's form.
    public let start: String
    public let place: SourcePlace?

    /// - Parameters:
    ///   - name: letters, digits, hyphens and underscores; names the file.
    ///   - uid: the name when nil. What Grafana would not take of it is replaced (``DashboardUID``).
    ///   - title: the name when nil; unique among the dashboards of a folder.
    ///   - description: one sentence or more for people.
    ///   - variables: what can be chosen on top, the datasource aside.
    ///   - links: on top of the dashboard.
    ///   - annotations: beside Grafana's own.
    ///   - refresh: between two reloads.
    ///   - start: how far back it shows at first.
    public init(
        _ name: String, uid: String? = nil, title: String? = nil, description: String, tags: [String] = ["apus"],
        variables: [DashboardVariable] = [.job, .instance], links: [DashboardLink] = [.dashboards(tag: "apus")],
        annotations: [DashboardAnnotation] = [.firingAlerts], refresh: String = "10s", start: String = "now-1h",
        fileID: String = #fileID, line: Int = #line, @ListBuilder<PanelRow> rows: () -> [PanelRow]
    ) {
        self.name = name
        self.uid = DashboardUID(uid ?? name)
        self.title = title ?? name
        self.description = description
        self.tags = tags
        self.variables = variables
        self.links = links
        self.annotations = annotations
        self.refresh = refresh
        self.start = start
        self.rows = rows()
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// Every panel, top to bottom and left to right.
    public var panels: [Panel] { rows.flatMap(\.panels) }

    /// A panel's id from the dashboard and its title alone, so that other panels come and go without renumbering it.
    package func id(of panel: Panel) -> Int { StableID.positive("\(uid)/\(panel.title)") }

    /// The id of a section's heading.
    func id(ofHeading title: String) -> Int { StableID.positive("\(uid)/row/\(title)") }
}
