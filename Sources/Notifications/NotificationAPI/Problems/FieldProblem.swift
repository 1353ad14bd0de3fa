import ApusText
import ApusLimits

/// What is wrong with one field of a request, and what would be right.
package struct FieldProblem: Hashable, Sendable, Encodable {
    /// The JSON path of the field, such as `channel`, `[3].channel` or `notifications[3].channel`; empty for the whole body.
    package let field: String
    package let problem: String
    package let expected: String
}

/// What is wrong with the fields of a request: all of it is counted, and the first of it is kept, however many fields there are.
struct FieldProblems: Sendable {
    private(set) var listed: [FieldProblem] = []
    private(set) var count = 0

    /// How many more are kept.
    var room: Int { RequestLimits.fields.value - listed.count }

    mutating func add(_ problem: @autoclosure () -> FieldProblem) {
        count += 1
        if room > 0 { listed.append(problem()) }
    }

    /// Adds one for each of some names; of more than can be kept, no order is looked for.
    mutating func addNames(_ names: [String], _ problem: (String) -> FieldProblem) {
        let kept = names.count > room ? Array(names.prefix(max(0, room))) : names
        for name in kept.map({ ByteText($0) }).sorted() { add(problem(name.text)) }
        count += names.count - kept.count
    }
}
