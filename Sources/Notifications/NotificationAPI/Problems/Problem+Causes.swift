import ApusText
import HTTPTypes
import Hummingbird
import NotificationStore

extension Problem {
    static func fields(_ problems: FieldProblems) -> Self {
        let count = problems.count == 1 ? "1 field is wrong" : "\(problems.count) fields are wrong"
        let listed = problems.listed.count
        return Self(
            .badRequest, type: "invalid-fields", title: "The notification is not valid",
            detail: problems.count > listed ? "\(count), of which the first \(listed) are listed" : count,
            fields: problems.listed)
    }

    /// Made for one notification that this version cannot read; it says nothing of the service, which has all others.
    static func unreadable(_ id: NotificationID) -> Self {
        Self(
            .conflict, type: "unreadable", title: "This version cannot read the notification",
            detail: "the notification \(id) is stored, and in a form that this version cannot read; ask an API of the version "
                + "that wrote it, or have the operator look into the log, which names the column")
    }

    static func notJSON(_ error: JSONSyntaxError) -> Self {
        Self(.badRequest, type: "not-json", title: "The body is not JSON", detail: error.description)
    }

    static func idempotencyKey(_ problem: String) -> Self {
        Self(
            .badRequest, type: "invalid-idempotency-key", title: "The idempotency key is not valid",
            detail: "the header Idempotency-Key \(problem); give one key of 1 to 255 bytes, or none")
    }

    static func notAnID(_ text: String) -> Self {
        Self(
            .badRequest, type: "not-an-id", title: "This is not the id of a notification",
            detail: "\"\(text.excerpt(64))\" is not a UUID, such as 0a7f6e9c-1f0b-4d6a-9a43-6f9f5b6c2d11")
    }

    static func noNotification(_ id: NotificationID) -> Self {
        Self(
            .notFound, type: "no-notification", title: "There is no such notification",
            detail: "no notification has the id \(id)")
    }

    static let noRoute = Self(
        .notFound, type: "no-route", title: "There is nothing here",
        detail: "the paths are \(RoutePattern.allCases.filter { $0 != .unmatched }.map(\.rawValue).joined(separator: ", "))")

    static func method(of route: RoutePattern) -> Self {
        let allowed = route.methods.map(\.rawValue).joined(separator: ", ")
        return Self(
            .methodNotAllowed, type: "method", title: "The method is not allowed here",
            detail: "\(route.rawValue) takes \(allowed)",
            headers: [.allow: allowed])
    }

    static func notDeclaredJSON(_ type: String?) -> Self {
        Self(
            .unsupportedMediaType, type: "not-declared-json", title: "The body is not declared to be JSON",
            detail: "the header Content-Type must be application/json, and "
                + (type.map { "is \"\($0.excerpt(64))\"" } ?? "is missing"))
    }

    static func coded(_ coding: String) -> Self {
        Self(
            .unsupportedMediaType, type: "coded", title: "The body has a content coding",
            detail: "the header Content-Encoding is \"\(coding.excerpt(64))\"; send the JSON as it is, without the header",
            headers: [.acceptEncoding: "identity"])
    }

    static let tooLarge = Self(
        .contentTooLarge, type: "too-large", title: "The body is too large",
        detail: "a body may have \(Request.largestBody) bytes; send fewer notifications at a time")

    static let malformedBody = Self(
        .badRequest, type: "malformed-body", title: "The body is not framed as HTTP has it",
        detail: "the chunks of the body cannot be read, RFC 9112, section 7.1; send a Content-Length, or whole chunks")

    /// The status by which nginx logs a client that went away; nobody reads this answer.
    static let clientGone = Self(
        HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request"), type: "client-gone",
        title: "The client went away", detail: "the request did not come to its end")

    static let bodiesRefused = Self(
        .serviceUnavailable, type: "bodies", title: "The service holds too many unfinished requests",
        detail: "nothing was stored; send the same request again, with an idempotency key, or fewer notifications at a time",
        headers: [.retryAfter: "1"])

    static let keyConflict = Self(
        .unprocessableContent, type: "idempotency-conflict", title: "The idempotency key was used for another request",
        detail: "a request with this key and another content was accepted earlier; give each request a key of its own")

    static let busy = Self(
        .serviceUnavailable, type: "busy", title: "The store is busy",
        detail: "nothing was stored; send the same request again, with an idempotency key", headers: [.retryAfter: "1"])

    static let full = Self(
        HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage"), type: "full", title: "The store has no room",
        detail: "nothing was stored; send the same request again later, with an idempotency key", headers: [.retryAfter: "30"])

    static func of(_ refusal: EnqueueRefusal) -> Self {
        let again = "nothing was stored: \(refusal.reason);"
        switch refusal.owner {
        case .user(let id):
            return Self(
                .tooManyRequests, type: "user-queue-full", title: "Too many notifications of the user wait",
                detail: "\(again) the user is \(String(reflecting: id.excerpt(64))); send the same request again when some of "
                    + "theirs are delivered",
                headers: [.retryAfter: "10"])
        case .queue:
            return Self(
                .serviceUnavailable, type: "queue-full", title: "Too many notifications wait",
                detail: "\(again) send the same request again later, with an idempotency key, or have the operator look why "
                    + "they wait",
                headers: [.retryAfter: "10"])
        case .disk:
            return Self(
                full.status, type: "full", title: full.title,
                detail: "\(again) send the same request again later, with an idempotency key, or have the operator free space "
                    + "on the store's disk",
                headers: [.retryAfter: "30"])
        }
    }

    static let unavailable = Self(
        .serviceUnavailable, type: "unavailable", title: "The store cannot be reached",
        detail: "nothing was stored; send the same request again, with an idempotency key", headers: [.retryAfter: "5"])

    static let internalError = Self(
        .internalServerError, type: "internal", title: "The service failed",
        detail: "the request could not be handled; its log says why")

    static func of(_ error: StoreError) -> Self {
        switch error {
        case .busy: busy
        case .full: full
        case .refused(let refusal): of(refusal)
        case .unavailable: unavailable
        case .cannotOpen, .newerSchema, .unreadable, .failed: internalError
        }
    }

    /// Makes the problem of a refusal that the framework makes.
    static func framework(_ status: HTTPResponse.Status) -> Self {
        Self(status, type: "http-\(status.code)", title: status.reasonPhrase, detail: "the request cannot be handled as it is")
    }
}
