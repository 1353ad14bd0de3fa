import AgentMetrics
import ApusSegment
import NIOHTTP1

/// What a request to the endpoint for reports asks for.
enum ReportRoute: Equatable {
    /// Takes a text of Prometheus or OpenMetrics for all that an instance has to report.
    case put(InstanceIdentity)
    /// The instance reports no more.
    case end(InstanceIdentity)
    /// Takes metrics of OpenTelemetry.
    case export

    /// Where texts go: `/v1/report/SERVICE/INSTANCE`.
    static let reports = "/v1/report/"
    /// Where OpenTelemetry's exporters send metrics (OTLP/HTTP, https://opentelemetry.io/docs/specs/otlp/).
    static let metrics = "/v1/metrics"

    /// - Throws: ``Answer`` to what asks for something else.
    init(_ head: HTTPRequestHead) throws(RouteRefused) {
        let path = head.uri.prefix { $0 != "?" }
        if path == Self.metrics {
            guard head.method == .POST else { throw RouteRefused(.methodNotAllowed, "POST only", headers: [("Allow", "POST")]) }
            self = .export
            return
        }
        guard path.hasPrefix(Self.reports) else {
            throw RouteRefused(
                .notFound, "no such page: PUT \(Self.reports)SERVICE/INSTANCE takes metrics as text, POST \(Self.metrics) OTLP")
        }
        let names = path.dropFirst(Self.reports.count).utf8
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard names.count == 2, let service = Query.decoded(names[0]), let instance = Query.decoded(names[1]) else {
            throw RouteRefused(
                .notFound, "the path is \(Self.reports)SERVICE/INSTANCE, with %XX for bytes that a path may not have")
        }
        do { _ = try Hello(service: service, instance: instance) } catch {
            throw RouteRefused(.badRequest, error.description)
        }
        let identity = InstanceIdentity(service: service, instance: instance)
        switch head.method {
        case .PUT: self = .put(identity)
        case .DELETE: self = .end(identity)
        default: throw RouteRefused(.methodNotAllowed, "PUT and DELETE only", headers: [("Allow", "PUT, DELETE")])
        }
    }
}

/// The answer to a request that asks for nothing that there is.
struct RouteRefused: Error {
    let answer: Answer

    init(_ answer: Answer) { self.answer = answer }

    init(_ status: HTTPResponseStatus, _ text: String, headers: [(String, String)] = []) {
        var answer = Answer.text(status, text)
        answer.headers = headers
        self.answer = answer
    }
}
