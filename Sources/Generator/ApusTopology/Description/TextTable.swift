/// Rows of text under headings, each column as wide as its widest cell.
struct TextTable {
    let headings: [String]
    let rows: [[String]]

    /// Lines without white space at their ends; nothing when there are no rows.
    var text: String {
        guard !rows.isEmpty else { return "" }
        let lines = [headings] + rows
        let widths = headings.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            let padded = zip(cells, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            let line = padded.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }
}
