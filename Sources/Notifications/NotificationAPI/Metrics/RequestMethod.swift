import HTTPTypes

/// A request's method as metrics write it; any that is not in RFC 9110 or RFC 5789 is one, named as in OpenTelemetry's conventions.
enum RequestMethod: String, CaseIterable, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case connect = "CONNECT"
    case options = "OPTIONS"
    case trace = "TRACE"
    case other = "_OTHER"

    init(_ method: HTTPRequest.Method) { self = Self(rawValue: method.rawValue) ?? .other }
}
