/// A value of a JSON text, with the place at which it stands.
///
/// ```swift
/// let json = try JSONReader.read(Array(#"{"a": [1, true]}"#.utf8), as: .interchange(deepest: 32))
/// json["a"]?.offset  // 6
/// ```
package struct PlacedJSON: Sendable {
    package enum Value: Sendable {
        case null
        case boolean(Bool)
        case number(Double)
        case string(String)
        case array([PlacedJSON])
        case object([Member])
    }

    /// A name in an object, and its value.
    package struct Member: Sendable {
        package let name: String
        /// The byte of the text at which the name's quotation mark stands.
        package let nameOffset: Int
        package let value: PlacedJSON
    }

    package let value: Value
    /// The byte of the text at which the value begins.
    package let offset: Int

    /// The value of a member of an object; the last of a name that stands there twice, as JavaScript takes it.
    package subscript(name: String) -> PlacedJSON? { members.last { $0.name.hasSameBytes(as: name) }?.value }

    /// The members of an object in their order; none of any other value.
    package var members: [Member] { if case .object(let members) = value { members } else { [] } }

    /// The kind of the value with its article, for a message to a person.
    package var kind: String {
        switch value {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
