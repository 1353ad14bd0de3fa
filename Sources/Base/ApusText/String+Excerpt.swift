extension StringProtocol {
    /// The beginning of a text that came from outside, for a message about it: at most so many code points. Counted in characters it could
    /// have any size, since any number of marks combines into one.
    package func excerpt(_ longest: Int) -> String {
        String(String.UnicodeScalarView(unicodeScalars.prefix(longest)))
    }
}
