/// Where a panel stands, in columns and rows of the grid.
struct GridPosition: Hashable {
    let h: Int
    let w: Int
    let x: Int
    let y: Int

    /// Of the grid, from the left edge to the right.
    static let columns = 24

    /// One row higher or lower.
    func moved(by rows: Int) -> Self { Self(h: h, w: w, x: x, y: y + rows) }
}

/// A panel and where it stands.
struct PlacedPanel {
    let panel: Panel
    let position: GridPosition
}
