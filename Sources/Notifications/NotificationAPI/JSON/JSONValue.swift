/// A value of a JSON text, as far as a request to enqueue looks at it: it holds texts, so that of a number or a boolean only the
/// kind matters, for the message that refuses it.
package enum JSONValue: Hashable, Sendable {
    case null
    case boolean
    case number
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The kind, for people.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
