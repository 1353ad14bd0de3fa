extension StringProtocol {
    /// The beginning of a text that came from outside, for a message about it: at most so many code points. Counted in characters it could
    /// have any size, since any number of marks combines into one.
    package func excerpt(_ longest: Int) -> String {
        String(String.UnicodeScalarView(unicodeScalars.prefix(longest)))
    }

    /// The beginning of a text that came from outside, as ``excerpt(_:)`` gives it, in quotation marks on one line: `?` stands for what is
    /// not seen, such as line ends.
    package func quotedExcerpt(_ longest: Int = 64) -> String {
        "“\(excerpt(longest).showingUnseen())”"
    }

    /// The text with `?` for each code point that is not seen: one that sets a terminal's colours or its title, turns the direction of what
    /// follows, or begins a line. What is from outside is logged and answered so.
    ///
    /// - Parameter lines: whether line feeds and tabs stay.
    package func showingUnseen(keepingLines lines: Bool = false) -> String {
        // Most texts are ASCII.
        if utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return String(self) }
        let shown = unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar.isUnseen && !(lines && (scalar == "\n" || scalar == "\t")) ? "?" : scalar
        }
        return String(String.UnicodeScalarView(shown))
    }
}

extension Unicode.Scalar {
    /// Whether nobody sees it: a control, a direction, a line end, or a letter without a shape, such as U+3164 (HANGUL FILLER).
    package var isUnseen: Bool {
        if isASCII { return value < 0x20 || value == 0x7f }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        // U+2800 is the braille pattern without a dot.
        default: return properties.isDefaultIgnorableCodePoint || value == 0x2800
        }
    }
}
