import ApusMetrics
import Logging
import NIOHTTP1

/// From a request's method and target to the answer.
struct Responder: Sendable {
    let exposition: Exposition
    let documents: Documents
    let work: AgentWork
    let logger: Logger

    func answer(_ request: HTTPRequestHead) -> Answer {
        guard let route = Route(uri: request.uri) else { return .text(.notFound, "no such page; / lists them") }
        guard request.method == .GET || request.method == .HEAD else {
            var answer = Answer.text(.methodNotAllowed, "GET and HEAD only")
            answer.headers = [("Allow", "GET, HEAD")]
            return answer
        }
        do {
            switch route {
            case .index: return .index
            case .metrics: return metrics(request)
            case .health:
                let (isHealthy, body) = try documents.health()
                return .json(body, status: isHealthy ? .ok : .serviceUnavailable)
            case .live: return .text(.ok, "live")
            case .ready:
                let isReady = work.totals.samples > 0
                return .text(isReady ? .ok : .serviceUnavailable, isReady ? "ready" : "no sample yet")
            case .resources: return .json(try documents.resources())
            case .stats: return .json(try documents.stats())
            }
        } catch {
            // Never a partial 200.
            logger.error("a document could not be made", metadata: ["path": "\(route.rawValue)", "error": "\(error)"])
            return .text(.internalServerError, "the document could not be made; the agent's log says why")
        }
    }

    /// The exposition in the format that the client likes best.
    private func metrics(_ request: HTTPRequestHead) -> Answer {
        let accept = request.headers["Accept"]
        let negotiated = Negotiation.format(accept: accept.isEmpty ? nil : accept.joined(separator: ","))
        return Answer(
            contentType: negotiated.contentType, headers: [("Vary", "Accept")], body: exposition.render(negotiated.format))
    }
}
