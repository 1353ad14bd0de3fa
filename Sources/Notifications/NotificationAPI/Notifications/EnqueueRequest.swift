import NotificationStore

/// What a request to enqueue asks for: one notification, or a batch that is stored as a whole or not at all.
struct EnqueueRequest: Sendable {
    static let largestBatch = 1000

    let notifications: [NewNotification]
    let isBatch: Bool

    /// Reads the body of a request: an object, `{"notifications": […]}`, or an array.
    ///
    /// - Throws: a problem that names the place where the body is not JSON, or every field that is wrong.
    init(json: [UInt8]) throws(Problem) {
        let value: JSONValue
        do throws(JSONFault) {
            value = try JSONParser.parse(json)
        } catch {
            throw .notJSON(error)
        }
        var problems: [FieldProblem] = []
        switch value {
        case .array(let elements):
            isBatch = true
            notifications = Self.batch(elements, path: "", problems: &problems)
        case .object(let members) where members["notifications"] != nil:
            isBatch = true
            for name in members.keys.sorted() where name != "notifications" {
                problems.append(
                    FieldProblem(
                        field: String(name.prefix(64)), problem: "stands beside notifications", expected: "notifications alone")
                )
            }
            guard case .array(let elements) = members["notifications"] else {
                let kind = members["notifications"]?.kind ?? "missing"
                problems.append(FieldProblem(field: "notifications", problem: "is \(kind)", expected: Self.expectedBatch))
                throw .fields(problems)
            }
            notifications = Self.batch(elements, path: "notifications", problems: &problems)
        default:
            isBatch = false
            notifications = NotificationFields.notification(value, path: "", problems: &problems).map { [$0] } ?? []
        }
        guard problems.isEmpty else { throw .fields(problems) }
    }

    private static var expectedBatch: String { "an array of 1 to \(largestBatch) notifications" }

    private static func batch(_ elements: [JSONValue], path: String, problems: inout [FieldProblem]) -> [NewNotification] {
        guard (1...largestBatch).contains(elements.count) else {
            problems.append(
                FieldProblem(
                    field: path, problem: elements.isEmpty ? "is empty" : "has \(elements.count) elements",
                    expected: expectedBatch))
            return []
        }
        return elements.enumerated().compactMap { index, element in
            NotificationFields.notification(element, path: "\(path)[\(index)]", problems: &problems)
        }
    }
}
