import ApusLimits
import ApusText
import NotificationStore

/// What a request to enqueue asks for: one notification, or a batch that is stored as a whole or not at all.
struct EnqueueRequest: Sendable {
    static let largestBatch = RequestLimits.batch.value
    /// The greatest depth of arrays and objects within one another; a request has three.
    private static let deepest = 32

    let notifications: [NewNotification]
    let isBatch: Bool

    /// Reads the body of a request: an object, `{"notifications": […]}`, or an array.
    ///
    /// - Parameter now: the moment from which on the time ahead of a notification counts.
    /// - Throws: a problem that names the place where the body is not JSON, or the fields that are wrong.
    init(json: [UInt8], at now: Instant = .realtime()) throws(Problem) {
        let body: PlacedJSON
        do throws(JSONSyntaxError) {
            body = try JSONReader.read(
                json, as: .interchange(deepest: Self.deepest, longestName: RequestLimits.name.value.bytes))
        } catch {
            throw .notJSON(error)
        }
        var problems = FieldProblems()
        switch body.value {
        case .array(let elements):
            isBatch = true
            notifications = Self.batch(elements, path: "", now, problems: &problems)
        default:
            guard let list = body["notifications"] else {
                isBatch = false
                notifications = NotificationFields.notification(body, path: "", now, problems: &problems).map { [$0] } ?? []
                break
            }
            isBatch = true
            problems.addNames(body.members.map(\.name).filter { !$0.hasSameBytes(as: "notifications") }) {
                FieldProblem(
                    field: $0.excerpt(64), problem: "stands beside notifications", expected: "notifications alone")
            }
            guard case .array(let elements) = list.value else {
                problems.add(FieldProblem(field: "notifications", problem: "is \(list.kind)", expected: Self.expectedBatch))
                throw .fields(problems)
            }
            notifications = Self.batch(elements, path: "notifications", now, problems: &problems)
        }
        guard problems.count == 0 else { throw .fields(problems) }
    }

    private static var expectedBatch: String { "an array of 1 to \(largestBatch) notifications" }

    private static func batch(
        _ elements: [PlacedJSON], path: String, _ now: Instant, problems: inout FieldProblems
    ) -> [NewNotification] {
        guard (1...largestBatch).contains(elements.count) else {
            problems.add(
                FieldProblem(
                    field: path, problem: elements.isEmpty ? "is empty" : "has \(elements.count) elements",
                    expected: expectedBatch))
            return []
        }
        return elements.enumerated().compactMap { index, element in
            NotificationFields.notification(element, path: "\(path)[\(index)]", now, problems: &problems)
        }
    }
}
