/// What a whole screen shows: its size in cells, and its lines from the top.
package struct ScreenFrame: Hashable, Sendable {
    package let columns: Int
    package let rows: Int
    /// As many as there are rows, each as wide as the screen.
    package let lines: [StyledLine]

    /// - Parameter lines: those past the last row are left out.
    package init(columns: Int, rows: Int, lines: [StyledLine], in signs: TextCells.Signs = .utf8) {
        self.columns = max(0, columns)
        self.rows = max(0, rows)
        let empty = StyledLine(.blank(columns))
        self.lines = (0..<max(0, rows)).map { row in
            row < lines.count ? lines[row].fitted(to: max(0, columns), in: signs) : empty
        }
    }
}

/// Brings a terminal from one frame to the next: only lines that differ are sent.
package struct ScreenPainter: Sendable {
    private let colours: Bool
    private var shown: ScreenFrame?

    /// - Parameter colours: whether sequences set colours.
    package init(colours: Bool) { self.colours = colours }

    /// Has the next frame be sent as a whole, for a terminal that shows nobody knows what.
    package mutating func forget() { shown = nil }

    /// What the terminal is sent for a frame; empty where it shows that already.
    package mutating func bytes(for frame: ScreenFrame) -> [UInt8] {
        let before = shown.flatMap { $0.columns == frame.columns && $0.rows == frame.rows ? $0 : nil }
        var text = before == nil ? "\u{1B}[0m\u{1B}[2J" : ""
        for (row, line) in frame.lines.enumerated() where before.map({ $0.lines[row] != line }) ?? true {
            text += "\u{1B}[\(row + 1);1H" + line.sequence(colours: colours)
        }
        shown = frame
        return Array(text.utf8)
    }
}
