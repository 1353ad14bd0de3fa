package import ApusText

/// A value of a YAML text, with the place at which it stands.
///
/// Scalars are texts: what one means is decided by who asks for it, so that `1000` and `"1000"` are the same user.
package struct PlacedYAML: Sendable {
    package enum Value: Sendable {
        /// - Parameter isPlain: whether it stands without quotation marks; such a one that is empty or `~` is no value.
        case scalar(String, isPlain: Bool)
        case sequence([PlacedYAML])
        case mapping([Member])
    }

    /// A key in a mapping, and its value.
    package struct Member: Sendable {
        package let key: String
        package let place: TextPlace
        package let value: PlacedYAML
    }

    package let value: Value
    package let place: TextPlace

    /// Whether nothing was written, or `~` or `null`, which say the same.
    package var isNull: Bool {
        if case .scalar(let text, isPlain: true) = value { ["", "~", "null", "Null", "NULL"].contains(text) } else { false }
    }

    /// The kind of the value with its article, for a message to a person.
    package var kind: String {
        switch value {
        case .scalar: isNull ? "nothing" : "a text"
        case .sequence: "a list"
        case .mapping: "a map"
        }
    }
}
