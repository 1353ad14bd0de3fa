/// A heading and the rows below it, up to the next heading; the first section may have none.
struct DashboardSection {
    /// The row that began it.
    let heading: PanelRow?
    /// Where the heading stands.
    let headingY: Int
    let panels: [PlacedPanel]

    var title: String? { heading?.title }
    var isCollapsed: Bool { heading?.isCollapsed ?? false }
}

extension Dashboard {
    /// The sections, laid out as if none were folded: Grafana closes the gaps of folded ones by itself.
    ///
    /// Rows whose panels do not fit, which the check refuses, are left out.
    var sections: [DashboardSection] {
        var sections: [DashboardSection] = []
        var heading: PanelRow?
        var headingY = 0
        var placed: [PlacedPanel] = []
        var y = 0
        for row in rows {
            if row.title != nil {
                if heading != nil || !placed.isEmpty {
                    sections.append(DashboardSection(heading: heading, headingY: headingY, panels: placed))
                }
                (heading, headingY, placed) = (row, y, [])
                y += 1
            }
            for (panel, columns) in zip(row.panels, row.columns ?? []) {
                placed.append(
                    PlacedPanel(
                        panel: panel,
                        position: GridPosition(h: row.height, w: columns.count, x: columns.lowerBound, y: y)))
            }
            y += row.height
        }
        if heading != nil || !placed.isEmpty {
            sections.append(DashboardSection(heading: heading, headingY: headingY, panels: placed))
        }
        return sections
    }
}

/// Where a panel stands, in columns and rows of the grid.
struct GridPosition: Hashable {
    let h: Int
    let w: Int
    let x: Int
    let y: Int

    /// The number of columns of the grid.
    static let columns = 24

    /// One row higher or lower.
    func moved(by rows: Int) -> Self { Self(h: h, w: w, x: x, y: y + rows) }
}

/// A panel and where it stands.
struct PlacedPanel {
    let panel: Panel
    let position: GridPosition
}
