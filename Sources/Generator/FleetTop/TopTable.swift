package import ApusTerminal

/// The rows that are shown, in their order, and the columns that fit.
package struct TopTable: Sendable {
    package let entries: [TopEntry]
    /// How many rows the filter leaves out.
    package let hidden: Int
    private let order: TopOrder
    private let signs: TextCells.Signs

    /// Blanks between two columns.
    private static let gap = 1
    /// How many rows are looked at for the width of a column.
    private static let measured = 500
    /// The cells of a column where the table may be as wide as it is.
    private static let longest = 300

    package init(_ all: [TopEntry], filter: TopFilter, order: TopOrder, limit: Int? = nil, in signs: TextCells.Signs = .utf8) {
        let admitted = filter.isEmpty ? all : all.filter(filter.admits)
        let sorted = order.sorted(admitted)
        entries = limit.map { Array(sorted.prefix($0)) } ?? sorted
        hidden = all.count - admitted.count
        (self.order, self.signs) = (order, signs)
    }

    /// A column and its cells.
    package struct Layout: Hashable, Sendable {
        package let column: TopColumn
        package let width: Int
    }

    /// The columns that fit, from left to right.
    ///
    /// - Parameters:
    ///   - width: in cells; `nil` where there is no bound.
    ///   - agents: whether there is more than one agent.
    package func layout(width: Int?, agents: Bool) -> [Layout] {
        let known = TopColumn.byImportance.filter { column in
            switch column {
            case .agent: agents
            case .cpuCourse: signs == .utf8 && width != nil && entries.contains { $0.course?.cpuPercent != nil }
            case .memoryCourse: signs == .utf8 && width != nil && entries.contains { $0.course?.residentBytes != nil }
            case .oldest: entries.contains { $0.row.queue?.oldestAgeSeconds != nil }
            case .unit: entries.contains { $0.row.unit != nil }
            default: true
            }
        }
        let wanted = Dictionary(
            uniqueKeysWithValues: known.map { ($0, self.wanted(by: $0, most: width == nil ? Self.longest : $0.most)) })
        var chosen: [TopColumn: Int] = [:]
        var used = 0
        for column in known {
            let least =
                isFlexible(column)
                ? min(column.least, wanted[column] ?? 0) : min(max(column.least, wanted[column] ?? 0), column.most)
            guard let width else {
                chosen[column] = wanted[column]
                continue
            }
            let cost = least + (chosen.isEmpty ? 0 : Self.gap)
            // The most important one is there however narrow the screen.
            guard used + cost <= width || chosen.isEmpty else { break }
            chosen[column] = least
            used += cost
        }
        // What is left goes to the texts that do not fit yet, names first.
        for column in known where isFlexible(column) && width != nil {
            guard let width, let own = chosen[column], used < width else { continue }
            let more = min(width - used, max(0, min(wanted[column] ?? 0, column.most) - own))
            chosen[column] = own + more
            used += more
        }
        return TopColumn.allCases.compactMap { column in chosen[column].map { Layout(column: column, width: $0) } }
    }

    private func isFlexible(_ column: TopColumn) -> Bool {
        [.agent, .service, .instance, .error, .unit].contains(column)
    }

    private func wanted(by column: TopColumn, most: Int) -> Int {
        entries.prefix(Self.measured).reduce(heading(column).width) { widest, entry in
            max(widest, TextCells(column.text(of: entry), atMost: most, in: signs).width)
        }
    }

    private func heading(_ column: TopColumn) -> TextCells {
        guard let key = column.order, key == order.key else { return TextCells(column.title, in: signs) }
        // Names and states ascend by themselves, figures descend.
        let ascends = (key == .name || key == .state) != order.isReversed
        let sign = signs == .utf8 ? (ascends ? "▲" : "▼") : (ascends ? "^" : "v")
        return TextCells(column.title + sign, in: signs)
    }

    /// The line above the rows.
    package func headings(_ layout: [Layout]) -> StyledLine {
        line(layout) { column in (heading(column), CellStyle(bold: true)) }
    }

    /// The line of a row.
    package func line(of entry: TopEntry, _ layout: [Layout]) -> StyledLine {
        line(layout) { column in
            (TextCells(column.text(of: entry), atMost: Self.longest, in: signs), column.style(of: entry))
        }
    }

    private func line(_ layout: [Layout], _ cell: (TopColumn) -> (TextCells, CellStyle)) -> StyledLine {
        var line = StyledLine()
        for (index, place) in layout.enumerated() {
            if index > 0 { line.append(.blank(Self.gap)) }
            let (cells, style) = cell(place.column)
            line.append(cells.fitted(to: place.width, place.column.alignment, in: signs), style)
        }
        return line
    }
}
