extension String {
    /// Whether it has the same bytes as another text.
    ///
    /// Texts from outside are compared by this: `==` takes the square of the length of a run of combining marks.
    package func hasBytes(of other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }
}
