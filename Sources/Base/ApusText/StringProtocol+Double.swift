extension StringProtocol {
    /// The number that the text is from its first byte to its last; `nil` of any other text.
    ///
    /// The standard library takes a number to end at a null byte, whatever follows.
    package var wholeDouble: Double? { utf8.contains(0) ? nil : Double(self) }
}
