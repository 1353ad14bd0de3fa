/// How cells look: one of the eight colours that every terminal has, and bold, dim or turned.
package struct CellStyle: Hashable, Sendable {
    package enum Colour: UInt8, Sendable {
        case red = 31
        case green = 32
        case yellow = 33
        case blue = 34
        case magenta = 35
        case cyan = 36
    }

    package var colour: Colour?
    package var isBold = false
    package var isDim = false
    /// Whether ground and letters change places.
    package var isTurned = false

    package static let plain = CellStyle()

    package init(_ colour: Colour? = nil, bold: Bool = false, dim: Bool = false, turned: Bool = false) {
        (self.colour, isBold, isDim, isTurned) = (colour, bold, dim, turned)
    }

    /// The sequence that sets this look and nothing of one before it (ECMA-48, SGR).
    ///
    /// - Parameter colours: whether there are colours; without them bold, dim and turned stay.
    package func sequence(colours: Bool) -> String {
        var codes = ["0"]
        if isBold { codes.append("1") }
        if isDim { codes.append("2") }
        if isTurned { codes.append("7") }
        if let colour, colours { codes.append("\(colour.rawValue)") }
        return "\u{1B}[\(codes.joined(separator: ";"))m"
    }
}

/// A line of a screen: pieces of text with their looks, from left to right.
package struct StyledLine: Hashable, Sendable {
    package struct Piece: Hashable, Sendable {
        package let cells: TextCells
        package let style: CellStyle
    }

    package private(set) var pieces: [Piece] = []
    /// The number of cells.
    package private(set) var width = 0

    package init() {}

    package init(_ cells: TextCells, _ style: CellStyle = .plain) { append(cells, style) }

    package mutating func append(_ cells: TextCells, _ style: CellStyle = .plain) {
        guard cells.width > 0 else { return }
        pieces.append(Piece(cells: cells, style: style))
        width += cells.width
    }

    /// The text without its looks.
    package var text: String { pieces.map(\.cells.text).joined() }

    /// The line in exactly so many cells.
    ///
    /// - Parameter style: the look of all pieces; `nil` leaves each its own.
    package func fitted(to width: Int, as style: CellStyle? = nil, in signs: TextCells.Signs = .utf8) -> StyledLine {
        var line = StyledLine()
        for piece in pieces where line.width < width {
            let room = width - line.width
            line.append(
                piece.cells.width <= room ? piece.cells : piece.cells.fitted(to: room, in: signs), style ?? piece.style)
        }
        if line.width < width { line.append(.blank(width - line.width), style ?? .plain) }
        return line
    }

    /// What a terminal is sent for the line.
    package func sequence(colours: Bool) -> String {
        var text = ""
        var before = CellStyle.plain
        for piece in pieces {
            if piece.style != before { text += piece.style.sequence(colours: colours) }
            before = piece.style
            text += piece.cells.text
        }
        return before == .plain ? text : text + CellStyle.plain.sequence(colours: colours)
    }
}
