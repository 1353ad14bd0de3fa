import ApusText
import AgentMetrics
import ApusHTTP
import ApusLimits
import ApusMetrics
import ApusOTLP
import EventCatalog
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// Takes in what is reported over HTTP: a text for one instance, or an export of OpenTelemetry for any.
///
/// Whose an instance is follows from the user at the other end, as the kernel names it; those of other hosts are one user, whom nobody
/// knows.
final class ReportReceiver: Sendable {
    private let table: InstanceTable
    private let work: AgentWork
    private let clock: AgentClock
    private let names: OwnNames
    private let seriesLimit: Int
    private let exports: OTLPReports
    private let book: NameBook
    /// What of a report is not served, in words.
    private let unserved: @Sendable (ReceivedReport, InstanceIdentity) -> [String]
    private let logger: Logger
    private let rates = Mutex(ReportRates())
    private let lines = LogThrottle<ConnectionPeer>(burst: ReportLimits.lines.value)

    init(
        table: InstanceTable, work: AgentWork, names book: NameBook, configuration: AgentConfiguration, clock: AgentClock,
        logger: Logger, unserved: @escaping @Sendable (ReceivedReport, InstanceIdentity) -> [String]
    ) {
        self.book = book
        self.unserved = unserved
        self.table = table
        self.work = work
        self.clock = clock
        names = OwnNames(configured: configuration.allowedHosts, listening: configuration.reportListen.compactMap(\.host))
        seriesLimit = configuration.seriesLimit
        exports = OTLPReports(series: configuration.seriesLimit, budget: table.budget)
        self.logger = logger
    }

    /// What a series that is kept counts with at an export, in bytes of the rate.
    private static let bytesOfSeries = 32

    // MARK: - By the head

    /// What a request asks for.
    ///
    /// What is refused for what it asks is counted and told where it would change something: who only looks around has nothing to lose.
    ///
    /// - Throws: the answer to what is refused by its head.
    func route(
        _ head: HTTPRequestHead, from peer: ConnectionPeer, isReserved: Bool
    ) throws(RouteRefused) -> ReportRoute {
        guard !isReserved else {
            throw RouteRefused(.serviceUnavailable, "all connections are taken", headers: [("Retry-After", "1")])
        }
        let host = head.headers.first(name: "host")
        guard names.include(host: host) else {
            work.countRefusedHost()
            throw RouteRefused(
                refused(
                    head,
                    .text(
                        .misdirectedRequest,
                        "this is not known as a name of this agent: ask by address, or give it --allowed-host"), peer))
        }
        let route: ReportRoute
        do throws(RouteRefused) { route = try ReportRoute(head) } catch {
            throw RouteRefused(refused(head, error.answer, peer))
        }
        let coding = head.headers.first(name: "content-encoding")?.lowercased() ?? "identity"
        guard ["identity", "", "gzip", "x-gzip"].contains(coding) else {
            var answer = Answer.text(.unsupportedMediaType, "send it as it is, or in gzip")
            answer.headers = [("Accept-Encoding", "gzip")]
            throw RouteRefused(refused(head, answer, peer))
        }
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
            length > HTTPReportLimits.body.value.bytes
        {
            throw RouteRefused(tooLarge(peer))
        }
        return route
    }

    /// The answer to a request, after its reason was counted and told.
    private func refused(_ head: HTTPRequestHead, _ answer: Answer, _ peer: ConnectionPeer) -> Answer {
        if [.PUT, .POST, .DELETE].contains(head.method), case .bytes(let text) = answer.body {
            let asked = "\(head.method) \(head.uri.quotedExcerpt(100))"
            count(.request, "a report over HTTP is refused", "\(asked): \(String(decoding: text, as: UTF8.self))", peer)
        }
        return answer
    }

    /// The answer to a body past the limit.
    func tooLarge(_ peer: ConnectionPeer) -> Answer {
        refuse(
            .limit, .payloadTooLarge, "a report has \(HTTPReportLimits.body.value.bytes) bytes at most: report fewer series",
            peer)
    }

    /// The answer to who sends bodies for which there is no room.
    func busy(_ peer: ConnectionPeer) -> Answer {
        var answer = refuse(.limit, .serviceUnavailable, "too many reports are under way", peer)
        answer.headers = [("Retry-After", "1")]
        return answer
    }

    // MARK: - By the body

    func answer(
        _ route: ReportRoute, _ head: HTTPRequestHead, body: [UInt8], from place: ConnectionPlace
    ) -> Answer {
        let now = clock.now()
        let (peer, user) = (place.peer, Self.user(place))
        do throws(ReportRefused) {
            let body = try plain(body, head)
            try admit(body.count, peer, at: now)
            switch route {
            case .put(let identity, let format):
                let left = try put(body, as: format, of: identity, from: peer, user, at: now)
                guard left.isEmpty else { return .text(.ok, left.joined(separator: "\n")) }
                return Answer(status: .noContent, body: .bytes([]))
            case .end(let identity):
                // One that has not reported has ended as well: who says so at its own end is not to fail.
                try end(identity, from: peer, user, at: now)
                return Answer(status: .noContent, body: .bytes([]))
            case .export(let encoding): return try export(body, as: encoding, from: peer, user, at: now)
            }
        } catch {
            var answer = refuse(error.reason, error.status, error.message, peer)
            if case .export(let encoding) = route {
                answer = Answer(
                    status: error.status, contentType: encoding.contentType,
                    body: .bytes(OTLPAnswer.status(error.message, as: encoding)))
            }
            if let pause = error.retryAfter { answer.headers = [("Retry-After", "\(pause)")] }
            return answer
        }
    }

    /// - Returns: what of the report is not served, in words.
    private func put(
        _ body: [UInt8], as format: ReceivedTextFormat, of identity: InstanceIdentity, from peer: ConnectionPeer,
        _ user: ReportPeer, at now: Moment
    ) throws(ReportRefused) -> [String] {
        let report: ReceivedReport
        do {
            report = try ReceivedReport(text: body, as: format, limits: .ofInstance(series: seriesLimit)).declared()
        } catch {
            throw ReportRefused(.content, .badRequest, error.description)
        }
        let (named, unnamed) = book.naming(report, of: identity)
        do throws(Refusal) { try table.receive(named, of: identity, from: user, at: now) } catch {
            throw ReportRefused(error)
        }
        if let first = report.leftOut.first.first {
            let message = "\(report.leftOut.count) series of \(identity) are left out; the first, in \(first)"
            work.countLeftOut(report.leftOut.count)
            tell("series of a report over HTTP are left out; the others are served", message, peer)
        }
        return report.leftOut.lines + tell(unnamed, of: identity, peer) + unserved(report, identity)
    }

    /// Says in the log that names of the file took too long.
    ///
    /// - Returns: the same for the reporter.
    private func tell(_ unnamed: [String], of identity: InstanceIdentity, _ peer: ConnectionPeer) -> [String] {
        guard !unnamed.isEmpty else { return [] }
        let words = NameBook.words(unnamed: unnamed)
        if let omitted = lines.admit(peer) {
            logger.warning(
                "the names in the file take too long on a report",
                metadata: ["instance": "\(identity)", "reason": "\(words)", "omitted": "\(omitted)"])
        }
        return [words]
    }

    private func end(
        _ identity: InstanceIdentity, from peer: ConnectionPeer, _ user: ReportPeer, at now: Moment
    ) throws(ReportRefused) {
        do throws(Refusal) {
            let isThere = try table.stopReceiving(identity, from: user, at: now)
            if isThere { exports.forget(identity, of: user.uid) }
        } catch { throw ReportRefused(error) }
    }

    /// Takes what it can of a request; the answer says how many points were not taken, and why.
    private func export(
        _ body: [UInt8], as encoding: OTLPAnswer.Encoding, from peer: ConnectionPeer, _ user: ReportPeer, at now: Moment
    ) throws(ReportRefused) -> Answer {
        let request: OTLPRequest
        do throws(OTLPError) {
            request =
                switch encoding {
                case .protobuf: try OTLPRequest(protobuf: body, limits: exports.limits)
                case .json: try OTLPRequest(json: body, limits: exports.limits)
                }
        } catch { throw ReportRefused(.content, .badRequest, error.description) }
        var taken = exports.take(request, of: user.uid, at: now.monotonic)
        // What is kept is worked through at each export, however small that is.
        let series = taken.reports.values.reduce(0) { $0 + $1.seriesCount }
        rates.withLock { $0.charge(series * Self.bytesOfSeries, to: peer) }
        if taken.rejectedPoints > 0, let reason = taken.reasons.first {
            let message = "\(taken.rejectedPoints) points of an export are not taken: \(reason)"
            if taken.reports.isEmpty {
                count(.content, "no point of an export is taken", message, peer)
            } else {
                work.countLeftOut(taken.rejectedPoints)
                tell("points of an export are not taken; the others are served", message, peer)
            }
        }
        for (identity, report) in taken.reports.sorted(by: { $0.key < $1.key }) {
            do throws(Refusal) {
                let (named, unnamed) = book.naming(report, of: identity)
                try table.receive(named, of: identity, from: user, at: now)
                for reason in tell(unnamed, of: identity, peer) { taken.warn(reason) }
                for reason in unserved(report, identity) { taken.warn(reason) }
            } catch {
                taken.reject(report.seriesCount, error.message)
                count(error.reason, "a report over HTTP is refused", error.message, peer)
                exports.forget(identity, of: user.uid)
            }
        }
        return Answer(contentType: encoding.contentType, body: .bytes(OTLPAnswer.response(taken, as: encoding)))
    }

    private func plain(_ body: [UInt8], _ head: HTTPRequestHead) throws(ReportRefused) -> [UInt8] {
        guard ["gzip", "x-gzip"].contains(head.headers.first(name: "content-encoding")?.lowercased()) else { return body }
        do { return try Gunzip.bytes(body, most: HTTPReportLimits.body.value.bytes) } catch {
            switch error {
            case .malformed: throw ReportRefused(.content, .badRequest, "the body is not gzip, or ends too early")
            case .tooLarge:
                throw ReportRefused(
                    .limit, .payloadTooLarge,
                    "a report has \(HTTPReportLimits.body.value.bytes) bytes at most when it is uncompressed: report fewer series"
                )
            }
        }
    }

    private func admit(_ bytes: Int, _ peer: ConnectionPeer, at now: Moment) throws(ReportRefused) {
        let cost = max(bytes, HTTPReportLimits.each.value.bytes)
        guard let pause = rates.withLock({ $0.take(cost, of: peer, at: now.monotonic) }) else { return }
        throw ReportRefused(
            .limit, .tooManyRequests,
            "more than \(HTTPReportLimits.rate.value.bytes) bytes of reports a second: report less often, or fewer series",
            retryAfter: pause)
    }

    private static func user(_ place: ConnectionPlace) -> ReportPeer {
        switch place.peer {
        case .user(let uid), .localUser(let uid): ReportPeer(pid: 0, uid: uid, groups: place.group.map { [$0] } ?? [])
        case .ipv4, .ipv6, .unknown: ReportPeer(pid: 0, uid: ReportPeer.unknownUser)
        }
    }

    /// Counts a refusal, and says it in the log.
    private func refuse(
        _ reason: RefusalReason, _ status: HTTPResponseStatus, _ message: String, _ peer: ConnectionPeer
    ) -> Answer {
        count(reason, "a report over HTTP is refused", message, peer)
        return .text(status, message)
    }

    private func count(_ reason: RefusalReason, _ event: Logger.Message, _ message: String, _ peer: ConnectionPeer) {
        work.countRefusal(reason)
        guard let omitted = lines.admit(peer) else { return }
        logger.warning(
            event,
            metadata: CataloguedEvent.reportRefused.metadata([
                "peer": "\(peer)", "reason": "\(reason)", "message": "\(message)", "omitted": "\(omitted)",
            ]))
    }

    /// Says in the log what of a report that is taken is not.
    private func tell(_ event: Logger.Message, _ message: String, _ peer: ConnectionPeer) {
        guard let omitted = lines.admit(peer) else { return }
        logger.warning(
            event, metadata: ["peer": "\(peer)", "message": "\(message)", "omitted": "\(omitted)"])
    }
}

/// A report that is turned away by its body.
private struct ReportRefused: Error {
    let reason: RefusalReason
    let status: HTTPResponseStatus
    let message: String
    /// Seconds.
    var retryAfter: Int?

    init(_ reason: RefusalReason, _ status: HTTPResponseStatus, _ message: String, retryAfter: Int? = nil) {
        self.reason = reason
        self.status = status
        self.message = message
        self.retryAfter = retryAfter
    }

    init(_ refusal: Refusal) {
        self.init(refusal.reason, refusal.reason == .name ? .forbidden : .serviceUnavailable, refusal.message)
        if refusal.reason != .name { retryAfter = 60 }
    }
}
