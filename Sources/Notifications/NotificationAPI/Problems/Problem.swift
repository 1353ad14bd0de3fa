import HTTPTypes
import Hummingbird

/// An answer that says what went wrong, as RFC 9457 has it: `application/problem+json`.
struct Problem: Error, Sendable {
    let status: HTTPResponse.Status
    /// The last part of the problem's type, a URN.
    let type: String
    let title: String
    /// The text that says what is wrong this time, and nothing of the inside of the service.
    let detail: String
    let fields: [FieldProblem]
    let headers: HTTPFields

    init(
        _ status: HTTPResponse.Status, type: String, title: String, detail: String, fields: [FieldProblem] = [],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.type = type
        self.title = title
        self.detail = detail
        self.fields = fields
        self.headers = headers
    }

    private struct Body: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let errors: [FieldProblem]?
    }

    func response() throws -> Response {
        let body = Body(
            type: "urn:apus:problem:\(type)", title: title, status: status.code, detail: detail,
            errors: fields.isEmpty ? nil : fields)
        return try .json(body, status: status, type: "application/problem+json", headers: headers)
    }
}
