/// What is wrong with one field of a request, and what would be right.
package struct FieldProblem: Hashable, Sendable, Encodable {
    /// The JSON path of the field, such as `channel`, `[3].channel` or `notifications[3].channel`; empty for the whole body.
    package let field: String
    package let problem: String
    package let expected: String
}
