package import ApusPromQL
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
    /// The name of the dashboard, which is that of its file.
    public let name: String
    /// The name by which links and Grafana's store know the dashboard: at most 40 of `[A-Za-z0-9_-]`.
    public let uid: DashboardUID
    public let title: String
    public let description: String
    public let tags: [String]
    /// The variables in the order in which they are shown and narrow each other, without the datasource, which every dashboard has.
    public let variables: [DashboardVariable]
    public let links: [DashboardLink]
    /// The marks on the time axis, besides Grafana's own, which stay.
    public let annotations: [DashboardAnnotation]
    public let rows: [PanelRow]
    /// The time between two reloads, in Grafana's form: `10s`.
    public let refresh: String
    /// The beginning of the time that the dashboard shows at first, in Grafana's form: `now-1h`.
    public let start: String
    public let place: SourcePlace?

    /// Makes a dashboard of rows.
    ///
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

    /// The selectors of all queries of its panels.
    package var selectors: [PromQLSelector] { panels.flatMap(\.queries).flatMap(\.expression.selectors) }

    /// A panel's id from the dashboard and its title alone, so that other panels come and go without renumbering it.
    package func id(of panel: Panel) -> Int { StableID.positive("\(uid)/\(panel.title)") }

    /// The id of a section's heading.
    func id(ofHeading title: String) -> Int { StableID.positive("\(uid)/row/\(title)") }
}

/// Collects what stands between braces (rows of a dashboard, panels of a row, queries of a panel), with `for` and `if`.
@resultBuilder
public enum ListBuilder<Element> {
    @inlinable public static func buildExpression(_ element: Element) -> [Element] { [element] }
    @inlinable public static func buildExpression(_ elements: [Element]) -> [Element] { elements }
    @inlinable public static func buildBlock() -> [Element] { [] }
    @inlinable public static func buildPartialBlock(first elements: [Element]) -> [Element] { elements }
    @inlinable public static func buildPartialBlock(accumulated: [Element], next: [Element]) -> [Element] {
        accumulated + next
    }
    @inlinable public static func buildArray(_ elements: [[Element]]) -> [Element] { Array(elements.joined()) }
    @inlinable public static func buildOptional(_ elements: [Element]?) -> [Element] { elements ?? [] }
    @inlinable public static func buildEither(first elements: [Element]) -> [Element] { elements }
    @inlinable public static func buildEither(second elements: [Element]) -> [Element] { elements }
}

/// Marks on the time axis of all panels of a dashboard, from a query.
public struct DashboardAnnotation: Hashable, Sendable {
    public let name: String
    /// Alert names to show, as a regular expression; nil for all.
    let alertPattern: String?
    public let color: PanelColor

    /// Marks the times at which alerts fired, of what is chosen on top of the dashboard and of the fleet as a whole, whose alerts have no
    /// instance.
    public static let firingAlerts = firingAlerts(named: nil)

    /// Marks the times at which some alerts fired.
    ///
    /// - Parameter pattern: a regular expression (RE2) for the whole name.
    public static func firingAlerts(named pattern: String?) -> Self {
        Self(name: "Alerts", alertPattern: pattern, color: .red)
    }
}

/// A link on top of a dashboard.
public struct DashboardLink: Hashable, Sendable {
    enum Target: Hashable, Sendable {
        case tag(String)
        case address(String)
    }

    public let title: String
    let target: Target

    /// Makes a list of the dashboards with a tag, which take along the time range and what is chosen on top.
    public static func dashboards(tag: String, title: String = "Dashboards") -> Self {
        Self(title: title, target: .tag(tag))
    }

    /// Makes a link to any address, which opens in a tab of its own.
    public static func address(_ url: String, _ title: String) -> Self {
        Self(title: title, target: .address(url))
    }
}
