/// A dashboard as rows of panels; where each stands on the grid follows from the order.
package struct Dashboard {
    /// At most 40 of `[A-Za-z0-9_-]`; stable, since links and Grafana's store go by it.
    let uid: String
    let title: String
    let description: String
    let tags: [String]
    let rows: [PanelRow]

    package init(uid: String, title: String, description: String, tags: [String], rows: [PanelRow]) {
        self.uid = uid
        self.title = title
        self.description = description
        self.tags = tags
        self.rows = rows
    }
}

/// Panels side by side, of one height.
package struct PanelRow {
    /// In units of Grafana's grid, about 30 pixels each.
    let height: Int
    /// Left to right, with widths that add up to 24 columns at most.
    let panels: [(panel: Panel, width: Int)]

    /// Panels of one width.
    package init(height: Int, width: Int, _ panels: [Panel]) {
        self.height = height
        self.panels = panels.map { ($0, width) }
    }
}

/// Where a panel stands, in columns and rows of the grid.
struct GridPosition: Encodable, Hashable {
    let h: Int
    let w: Int
    let x: Int
    let y: Int
}

extension Dashboard {
    static let columns = 24

    /// Every panel with its place, top to bottom and left to right.
    var placedPanels: [(panel: Panel, position: GridPosition)] {
        var placed: [(Panel, GridPosition)] = []
        var y = 0
        for row in rows {
            var x = 0
            for (panel, width) in row.panels {
                placed.append((panel, GridPosition(h: row.height, w: width, x: x, y: y)))
                x += width
            }
            y += row.height
        }
        return placed
    }

    /// A panel's id from the dashboard and its title alone, so that other panels come and go without renumbering it.
    package func id(of panel: Panel) -> Int {
        // FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/), folded to the 31 that are positive in every reader.
        let hash = "\(uid)/\(panel.title)".utf8.reduce(2_166_136_261 as UInt32) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return Int(hash & 0x7FFF_FFFF)
    }

    /// Throws the first thing that Grafana would refuse or that would mislead.
    package func check() throws(GenerationError) {
        guard (1...40).contains(uid.utf8.count),
            uid.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
        else { throw .illegalUID(uid) }
        for (index, row) in rows.enumerated() {
            let width = row.panels.reduce(0) { $0 + $1.width }
            guard width <= Self.columns else { throw .rowTooWide(dashboard: title, row: index + 1, width: width) }
        }
        var titles: [Int: String] = [:]
        for (panel, _) in placedPanels {
            if let first = titles.updateValue(panel.title, forKey: id(of: panel)) {
                throw first == panel.title
                    ? .repeatedName(first, kind: "panel") : .repeatedPanelID(first: first, second: panel.title)
            }
            try panel.check(dashboard: title)
        }
    }
}
