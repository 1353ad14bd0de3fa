extension StringProtocol {
    /// The beginning of a text that came from outside, for a message about it: at most so many code points. Counted in characters it could
    /// have any size, since any number of marks combines into one.
    package func excerpt(_ longest: Int) -> String {
        String(String.UnicodeScalarView(unicodeScalars.prefix(longest)))
    }

    /// The beginning of a text that came from outside, as ``excerpt(_:)`` gives it, in quotation marks on one line: `?` stands for what is
    /// not seen, such as line ends.
    package func quotedExcerpt(_ longest: Int = 64) -> String {
        let shown = unicodeScalars.prefix(longest).map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: "?"
            default: scalar
            }
        }
        return "“\(String(String.UnicodeScalarView(shown)))”"
    }
}
