import AgentMetrics
import ApusMetrics
import ApusOTLP
import ApusSegment
import NIOHTTP1

/// What a request to the endpoint for reports asks for.
enum ReportRoute: Equatable {
    /// Takes a text of Prometheus or OpenMetrics for all that an instance has to report.
    case put(InstanceIdentity, ReceivedTextFormat)
    /// The instance reports no more.
    case end(InstanceIdentity)
    /// Takes metrics of OpenTelemetry.
    case export(OTLPAnswer.Encoding)

    /// Where texts go: `/v1/report/SERVICE/INSTANCE`.
    static let reports = "/v1/report/"
    /// Where OpenTelemetry's exporters send metrics (OTLP/HTTP, https://opentelemetry.io/docs/specs/otlp/).
    static let metrics = "/v1/metrics"

    /// - Throws: ``RouteRefused`` with the answer to what asks for something else.
    init(_ head: HTTPRequestHead) throws(RouteRefused) {
        let path = head.uri.prefix { $0 != "?" }
        if path == Self.metrics {
            guard head.method == .POST else { throw RouteRefused(.methodNotAllowed, "POST only", headers: [("Allow", "POST")]) }
            guard let encoding = head.headers.first(name: "content-type").flatMap(OTLPAnswer.Encoding.init(contentType:)) else {
                throw RouteRefused(.unsupportedMediaType, "the Content-Type is application/x-protobuf or application/json")
            }
            self = .export(encoding)
            return
        }
        let identity = try Self.identity(in: path)
        switch head.method {
        case .PUT:
            guard let format = Self.format(head) else {
                throw RouteRefused(
                    .unsupportedMediaType, "the Content-Type is text/plain or application/openmetrics-text; version=1.0.0")
            }
            self = .put(identity, format)
        case .DELETE: self = .end(identity)
        default: throw RouteRefused(.methodNotAllowed, "PUT and DELETE only", headers: [("Allow", "PUT, DELETE")])
        }
    }
}

extension ReportRoute {
    /// The instance that a path names, as this agent's own or as the Pushgateway's.
    private static func identity(in path: Substring) throws(RouteRefused) -> InstanceIdentity {
        let names: [String]
        if path.hasPrefix(reports) {
            names = try parts(of: path.dropFirst(reports.count), "\(reports)SERVICE/INSTANCE")
            guard names.count == 2 else { throw other("\(reports)SERVICE/INSTANCE") }
        } else if let push = PushgatewayPath.parts(of: path) {
            names = try Self.names(in: push)
        } else {
            throw RouteRefused(
                .notFound, "no such page: PUT \(reports)SERVICE/INSTANCE takes metrics as text, POST \(metrics) OTLP")
        }
        do { _ = try Hello(service: names[0], instance: names[1]) } catch {
            throw RouteRefused(.badRequest, error.description)
        }
        return InstanceIdentity(service: names[0], instance: names[1])
    }

    /// What a path of the Pushgateway's says: without an instance, or with an empty one, it is called as the service.
    private static func names(in push: [PushgatewayPath.Label]) throws(RouteRefused) -> [String] {
        let form = "\(PushgatewayPath.jobs)/SERVICE/instance/INSTANCE, without other labels"
        guard push.first?.name == "job", push.count <= 2, push.dropFirst().allSatisfy({ $0.name == "instance" }) else {
            throw other(form)
        }
        var names: [String] = []
        for label in push {
            guard let value = label.value else {
                throw RouteRefused(.badRequest, "the \(label.name) is no text in base64 of the alphabet for URLs")
            }
            if !value.isEmpty || !label.isPacked || names.isEmpty { names.append(value) }
        }
        return [names[0], names[names.count - 1]]
    }

    private static func parts(of path: Substring, _ form: String) throws(RouteRefused) -> [String] {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let names = parts.compactMap { Query.decoded($0) }
        guard names.count == parts.count else { throw other(form) }
        return names
    }

    private static func other(_ form: String) -> RouteRefused {
        RouteRefused(.notFound, "the path is \(form), with %XX for bytes that a path may not have")
    }

    private static func format(_ head: HTTPRequestHead) -> ReceivedTextFormat? {
        let type = head.headers.first(name: "content-type")
        // What curl says of any file that it sends.
        return type == "application/x-www-form-urlencoded" ? .text : ReceivedTextFormat(contentType: type)
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
