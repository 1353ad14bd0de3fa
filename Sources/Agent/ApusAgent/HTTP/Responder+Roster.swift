import AgentMetrics
import ApusLimits
import ApusText
import NIOHTTP1

/// Answers about all instances and groups, from what the last turn of the sampling loop saw.
extension Responder {
    func rosterPage(_ page: Page, _ request: HTTPRequestHead, from client: Client) throws -> Answer {
        do {
            switch page {
            case .instances: return try instances(request, from: client)
            case .instance: return try instance(request, from: client)
            case .history: return try history(request)
            default: return try events(request, from: client)
            }
        } catch let fault as QueryFault {
            return .text(.badRequest, fault.text)
        }
    }

    private static var noTurn: Answer { .unavailable("the sampling loop has not turned yet; try again") }

    private func instances(_ request: HTTPRequestHead, from client: Client) throws -> Answer {
        _ = try Self.parameters([], of: request)
        let withMessages = messages.allow(client.peer)
        guard let turn = roster.current else { return Self.noTurn }
        let kind = withMessages ? "-m" : ""
        if let known = known(turn, kind, request) { return known }
        guard let text = roster.text(withMessages: withMessages, status: documents.status) else { return Self.noTurn }
        return .api(text.document, tag: tag(text.number, kind))
    }

    private func instance(_ request: HTTPRequestHead, from client: Client) throws -> Answer {
        let values = try Self.parameters(["service", "instance"], of: request)
        guard let identity = Self.identity(values) else { throw Self.lacksIdentity }
        guard let body = try documents.instance(identity, withMessages: messages.allow(client.peer)) else {
            return .text(
                .notFound, "no such instance at the last turn of the sampling loop; \(Page.instances.rawValue) lists them")
        }
        return .api(body)
    }

    private func history(_ request: HTTPRequestHead) throws -> Answer {
        let values = try Self.parameters(["service", "instance", "since", "all", "points"], of: request)
        let since = try values["since"].map { text throws(QueryFault) in
            guard let since = text.wholeDouble, since.isFinite else {
                throw QueryFault("since is no number: write seconds since 1970, as in times of the answer before")
            }
            return since
        }
        guard let turn = roster.current else { return Self.noTurn }
        if let all = values["all"] {
            guard all == "1" else { throw QueryFault("write all=1, or name one with service=NAME&instance=NAME") }
            guard values["service"] == nil, values["instance"] == nil else {
                throw QueryFault("write all=1, or service=NAME&instance=NAME, but not both")
            }
            let points = try Self.points(values["points"])
            if let known = known(turn, "", request) { return known }
            return .api(HistoryText.all(roster.history.sketch(points: points, after: since)), tag: tag(turn.number, ""))
        }
        guard values["points"] == nil else { throw QueryFault("points goes with all=1: of one instance all points are told") }
        guard let identity = Self.identity(values) else { throw Self.lacksIdentity }
        if let known = known(turn, "", request) { return known }
        guard turn.subjects.contains(where: { $0.identity == identity }) else {
            return .text(
                .notFound, "no such instance at the last turn of the sampling loop; \(Page.instances.rawValue) lists them")
        }
        return .api(HistoryText.one(identity, roster.history, after: since), tag: tag(turn.number, ""))
    }

    private func events(_ request: HTTPRequestHead, from client: Client) throws -> Answer {
        _ = try Self.parameters([], of: request)
        let type = "text/event-stream; charset=utf-8"
        // nginx, for one, gathers answers otherwise.
        let headers = Answer.cautious + [("X-Accel-Buffering", "no")]
        guard request.method == .GET else { return Answer(contentType: type, headers: headers, body: .unmade) }
        guard let place = live.join(client.peer, client.channel) else {
            var answer = Answer.unavailable(
                "too many clients follow: \(RosterLimits.followers.value) in all, \(RosterLimits.followerShare.value) of one peer; poll \(Page.instances.rawValue)"
            )
            answer.headers = [("Retry-After", "30")]
            return answer
        }
        return Answer(contentType: type, headers: headers, body: .events(place))
    }

    // MARK: - Queries

    private static func parameters(_ names: [String], of request: HTTPRequestHead) throws(QueryFault) -> [String: String] {
        try Query.parameters(names, in: request.uri, longest: RosterLimits.parameter.value.bytes)
    }

    private static let lacksIdentity = QueryFault("write ?service=NAME&instance=NAME, each percent-encoded")

    private static func identity(_ values: [String: String]) -> InstanceIdentity? {
        guard let service = values["service"], let instance = values["instance"] else { return nil }
        return InstanceIdentity(service: service, instance: instance)
    }

    private static func points(_ text: String?) throws(QueryFault) -> Int {
        guard let text else { return 60 }
        guard let points = Int(text), (2...240).contains(points) else {
            throw QueryFault("points is no number from 2 to 240")
        }
        return points
    }

    // MARK: - What a client has already

    private func tag(_ turn: UInt64, _ kind: String) -> EntityTag { EntityTag(text: "\(roster.facts.boot)-\(turn)\(kind)") }

    /// The answer to a client that has this state already.
    private func known(_ turn: Roster.Turn, _ kind: String, _ request: HTTPRequestHead) -> Answer? {
        let tag = tag(turn.number, kind)
        return tag.isKnown(by: Self.field("If-None-Match", request)) ? .notModified(tag) : nil
    }
}
