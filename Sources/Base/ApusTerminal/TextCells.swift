import ApusText

/// A text as a terminal shows it: how many cells it takes is known, and nothing in it moves the cursor, sets a colour or turns a
/// direction.
///
/// Texts from outside are hostile. A sign stands in the place of each code point that is not seen: `␛` for an escape, the others of
/// Unicode's pictures for controls, and `�` for a change of direction and its like. A letter has two marks at most. What joins emoji
/// to one is left out, since terminals do not agree on the width of the result.
///
/// ```swift
/// TextCells("checkout-1").width                       // 10
/// TextCells("\u{1B}[2J", in: .utf8).text              // "␛[2J"
/// TextCells("Ωmega", in: .ascii).text                 // "?mega"
/// TextCells("checkout-1").fitted(to: 6)               // "check…"
/// ```
package struct TextCells: Hashable, Sendable {
    package private(set) var text: String
    /// The number of cells.
    package private(set) var width: Int

    /// The signs that a terminal has, by the locale of the process.
    package enum Signs: Sendable {
        case utf8
        case ascii
    }

    /// The side on which the blanks are, where a text is shorter than its column.
    package enum Alignment: Sendable {
        case left
        case right
    }

    /// The number of marks that a letter may have, past which they are left out: thousands fit into a name.
    private static let mostMarks = 2

    private static let replacement: Unicode.Scalar = "\u{FFFD}"

    /// - Parameter most: the number of cells, at the end of which the text ends with `…`.
    package init(_ raw: some StringProtocol, atMost most: Int = .max, in signs: Signs = .utf8) {
        var scalars: [Unicode.Scalar] = []
        var (width, marks) = (0, 0)
        // What stays where a sign for the ending has to follow.
        var (kept, keptWidth) = (0, 0)
        var before: Unicode.Scalar?
        for scalar in raw.unicodeScalars {
            guard let shown = Self.shown(scalar, after: before, in: signs) else { continue }
            let cells = CharacterWidth.cells(of: shown)
            before = scalar
            if cells == 0 {
                marks += 1
                guard marks <= Self.mostMarks else { continue }
                // A mark without a letter would be put on what stands in the column before.
                if width == 0 && marks == 1 {
                    guard most > 0 else { break }
                    scalars.append("\u{25CC}")
                    width = 1
                }
                scalars.append(shown)
                continue
            }
            if width < most { (kept, keptWidth) = (scalars.count, width) }
            guard cells <= most - width else {
                guard most > 0 else { break }
                scalars.removeSubrange(kept...)
                scalars.append(Self.ending(in: signs))
                width = keptWidth + 1
                break
            }
            marks = 0
            scalars.append(shown)
            width += cells
        }
        text = String(String.UnicodeScalarView(scalars))
        self.width = width
    }

    private init(text: String, width: Int) { (self.text, self.width) = (text, width) }

    /// Blanks.
    package static func blank(_ width: Int) -> TextCells {
        TextCells(text: String(repeating: " ", count: max(0, width)), width: max(0, width))
    }

    /// The sign that stands at the end of a text that was cut.
    package static func ending(in signs: Signs) -> Unicode.Scalar { signs == .utf8 ? "…" : "~" }

    /// The text in exactly so many cells: cut, or with blanks at the other side.
    package func fitted(to width: Int, _ alignment: Alignment = .left, in signs: Signs = .utf8) -> TextCells {
        let cut = self.width <= width ? self : TextCells(text, atMost: width, in: signs)
        let blanks = String(repeating: " ", count: max(0, width - cut.width))
        return TextCells(text: alignment == .left ? cut.text + blanks : blanks + cut.text, width: max(cut.width, width))
    }

    /// What is shown for a code point; `nil` of one that is left out.
    private static func shown(_ scalar: Unicode.Scalar, after before: Unicode.Scalar?, in signs: Signs) -> Unicode.Scalar? {
        if (0x20..<0x7F).contains(scalar.value) { return scalar }
        if let before, joins(scalar), before.properties.isEmoji || joins(before), !before.isASCII { return nil }
        guard signs == .utf8 else { return "?" }
        if scalar.value < 0x20 { return Unicode.Scalar(0x2400 + scalar.value) }
        if scalar.value == 0x7F { return "\u{2421}" }
        return scalar.isUnseen || isPrivate(scalar) ? replacement : scalar
    }

    /// Whether a code point changes how the emoji before it looks, or joins it to the next.
    private static func joins(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200D, 0xFE0E, 0xFE0F, 0x1F3FB...0x1F3FF, 0xE0020...0xE007F: true
        default: false
        }
    }

    /// Whether nobody but the maker of a font knows its width.
    private static func isPrivate(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .privateUse, .unassigned, .surrogate: true
        default: false
        }
    }
}
