extension PanelRow {
    /// The share of the row that its panels ask for, and how many take part in what is left.
    private var demand: (asked: Fraction, sharing: Int) {
        panels.reduce(into: (Fraction.zero, 0)) { sum, panel in
            if let width = panel.width { sum.0 = sum.0 + width.fraction } else { sum.1 += 1 }
        }
    }

    /// The columns of each panel: the edges between them are rounded, not the widths, so that they meet and none is left over.
    ///
    /// - Returns: nil when the panels do not fit.
    var columns: [Range<Int>]? {
        let (asked, sharing) = demand
        guard asked <= .one else { return nil }
        let share = (.one - asked) / max(sharing, 1)
        var edge = Fraction.zero
        var columns: [Range<Int>] = []
        for panel in panels {
            let next = edge + (panel.width?.fraction ?? share)
            let range = edge.of(GridPosition.columns)..<next.of(GridPosition.columns)
            guard !range.isEmpty else { return nil }
            columns.append(range)
            edge = next
        }
        return columns
    }
}

extension PanelWidth {
    /// Whether it is more than nothing and not more than the row; sane denominators keep the sums exact.
    var isLegal: Bool { (1...100).contains(denominator) && (1...denominator).contains(numerator) }

    /// An illegal width is refused before it is laid out; it takes the whole row until then.
    var fraction: Fraction { isLegal ? Fraction(numerator, denominator) : .one }
}
