import AgentMetrics
import ApusHTTP
import ApusLimits
import ApusLinux
import ApusMetrics
import ApusText
import CLinux
import Glibc
import Logging
import NIOCore
import NIOHTTP1

/// Who asks, and how the answer can be cut.
struct Client {
    let address: SocketAddress?
    let peer: ConnectionPeer
    /// The client's group, of a Unix socket.
    let group: UInt32?
    /// Whether the connection may ask for health and nothing else.
    let isReserved: Bool
    let now: NIODeadline
    /// When the request was whole: CLOCK_MONOTONIC in nanoseconds.
    let askedAt: UInt64
    /// Ends the connection in favour of somebody else's.
    let cut: @Sendable () -> Void
    let channel: any Channel
    /// Instances whose pages were not there in time for this request.
    var unanswered: Set<InstanceIdentity> = []
}

/// From a request's method and target to the answer.
struct Responder: Sendable {
    let exposition: Exposition
    let documents: Documents
    let work: AgentWork
    let compression: CompressionPolicy
    let tickets = ScrapeTickets()
    private let costly = CostlyAnswers<Page, Answer.Document>()
    private let webPage: WebPage
    let names: OwnNames
    let messages: JournalMessagePolicy
    /// The first address as configured, for clients that do not say which they reached; `nil` where there are Unix sockets alone.
    let ownAddress: String?
    /// Reloads; says in one line what is wrong, or nothing.
    private let reload: @Sendable () -> String?
    private let mayReload: @Sendable (ReportPeer) -> Bool
    /// Fetches the pages that the configuration file names; `nil` without one.
    private let scraper: PageScraper?
    private let trust: WebTrust?
    let logger: Logger
    let roster: Roster
    let live: LiveFeed
    private let refusals = LogThrottle<ConnectionPeer>()

    init(
        exposition: Exposition, documents: Documents, work: AgentWork, configuration: AgentConfiguration,
        reload: @escaping @Sendable () -> String?, mayReload: @escaping @Sendable (ReportPeer) -> Bool,
        scraper: PageScraper? = nil, trust: WebTrust? = nil, live: LiveFeed,
        logger: Logger
    ) {
        roster = documents.roster
        self.live = live
        self.trust = trust
        self.scraper = scraper
        self.reload = reload
        self.mayReload = mayReload
        self.exposition = exposition
        self.documents = documents
        self.work = work
        webPage = WebPage(socketPath: configuration.socketPath)
        compression = configuration.compression
        names = OwnNames(configured: configuration.allowedHosts, listening: configuration.listen.compactMap(\.host))
        messages = configuration.journalMessages
        ownAddress = configuration.listen.lazy.compactMap(\.target).first
        self.logger = logger
    }

    /// Clients wait 10 s when they do not say for how long, as Prometheus does.
    private static let usualTimeout = 10.0
    private static let longestTimeout = EndpointLimits.answer.value / .seconds(1)

    /// Fetches the pages that a request is about to be answered with, for as long as its client leaves for them.
    ///
    /// - Parameter then: is called once, on any thread, with the instances whose pages were not there in that time.
    /// - Returns: false when there are none; nothing is called then.
    func prepare(
        _ request: HTTPRequestHead, isReserved: Bool, then: @escaping @Sendable (Set<InstanceIdentity>) -> Void
    ) -> Bool {
        guard let scraper, Page(uri: request.uri) == .metrics, request.method == .GET, !isReserved, !isOwn(request),
            names.include(host: Self.field("Host", request))
        else { return false }
        return scraper.refresh(within: AgentLimits.timeForPages(of: .seconds(Self.timeout(request))), then: then)
    }

    /// Whether the agent asks itself, as an address in its file leads here.
    private func isOwn(_ request: HTTPRequestHead) -> Bool {
        scraper.map { $0.mark == Self.field(PageScraper.markField, request) } ?? false
    }

    func answer(_ request: HTTPRequestHead, from client: Client) -> Answer {
        if isOwn(request) { return .text(.loopDetected, "this is the agent that asks: it does not fetch its own pages") }
        var answer = page(request, from: client)
        guard case .bytes(let bytes) = answer.body, bytes.count > EndpointLimits.document.value.bytes, request.method == .GET
        else { return answer }
        guard let ticket = ticket(for: client) else { return .busy }
        answer.ticket = ticket
        return answer
    }

    private func ticket(for client: Client) -> ScrapeTicket? {
        if let ticket = tickets.take(client.peer, at: client.now, cut: client.cut) { return ticket }
        work.countRejectedScrape()
        return nil
    }

    private func page(_ request: HTTPRequestHead, from client: Client) -> Answer {
        if request.uri == Self.reloadPath { return reload(request, from: client) }
        guard let route = Page(uri: request.uri) else { return .text(.notFound, "no such page; / lists them") }
        guard names.include(host: Self.field("Host", request)) else { return refuse(request, client) }
        guard !client.isReserved || route == .live || route == .ready else {
            return .unavailable(
                "all connections are taken; this one may ask for \(Page.live.rawValue) and \(Page.ready.rawValue)")
        }
        guard request.method == .GET || request.method == .HEAD else {
            var answer = Answer.text(.methodNotAllowed, "GET and HEAD only")
            answer.headers = [("Allow", "GET, HEAD")]
            return answer
        }
        do {
            switch route {
            case .index: return index(request)
            case .metrics: return metrics(request, from: client)
            case .health:
                return .json(
                    try costly.answer(route) {
                        let (isHealthy, body) = try documents.health()
                        return .init(body: body, status: isHealthy ? .ok : .serviceUnavailable)
                    })
            case .live: return .text(.ok, "live")
            case .ready:
                let isReady = work.totals.samples > 0
                return .text(isReady ? .ok : .serviceUnavailable, isReady ? "ready" : "no sample yet")
            case .resources: return .json(try costly.answer(route) { .init(body: try documents.resources()) })
            case .stats: return .json(try costly.answer(route) { .init(body: try documents.stats()) })
            case .targets:
                return .json(
                    .init(body: try documents.targets(address: address(request, client), isSecure: trust?.current.tls != nil)))
            case .units: return .json(try costly.answer(route) { .init(body: try documents.unitStates()) })
            case .instances, .instance, .history, .events: return try rosterPage(route, request, from: client)
            case .checks: return checks()
            case .journal:
                let unit = Query.value(of: "unit", in: request.uri)
                return .json(.init(body: try documents.journal(unit: unit, withMessages: messages.allow(client.peer))))
            }
        } catch {
            // Never a partial 200.
            logger.error("a document could not be made", metadata: ["path": "\(route.rawValue)", "error": "\(error)"])
            return .text(.internalServerError, "the document could not be made; the agent's log says why")
        }
    }

    /// The page for people; who does not ask for HTML, as curl, gets the list of the other pages.
    private func index(_ request: HTTPRequestHead) -> Answer {
        let accepted = Self.field("Accept", request) ?? "*/*"
        guard accepted.contains("text/html") || accepted.contains("application/xhtml+xml") else {
            let lines = Page.allCases.map { "\($0.rawValue): \($0.summary)" }
            var answer = Answer.text(.ok, "apus-agent \(productVersion)\n" + lines.joined(separator: "\n"))
            answer.headers = [("Vary", "Accept")]
            return answer
        }
        return Answer(contentType: "text/html; charset=utf-8", headers: WebPage.headers, body: .bytes(webPage.bytes))
    }

    /// Where Prometheus and its exporters are told to reload.
    static let reloadPath = "/-/reload"

    /// Reloads for root, the agent's own user and whom its file names, as a signal would; others could have files read as often as they like.
    private func reload(_ request: HTTPRequestHead, from client: Client) -> Answer {
        guard names.include(host: Self.field("Host", request)) else { return refuse(request, client) }
        guard request.method == .POST || request.method == .PUT else {
            var answer = Answer.text(.methodNotAllowed, "POST and PUT only")
            answer.headers = [("Allow", "POST, PUT")]
            return answer
        }
        switch client.peer {
        case .user(let uid), .localUser(let uid):
            if mayReload(ReportPeer(pid: 0, uid: uid, groups: client.group.map { [$0] } ?? [])) { break } else { fallthrough }
        case .ipv4, .ipv6, .unknown:
            return .text(
                .forbidden,
                "root, the agent's own user and whom trust: of its file names may reload, from this host: or send the agent SIGHUP"
            )
        }
        guard let trouble = reload() else { return .text(.ok, "reloaded") }
        return .text(.internalServerError, "not reloaded, the former values hold: \(trouble)")
    }

    /// A name that somebody else may have made to lead here: what a page in a browser reads under it, that page's author reads.
    private func refuse(_ request: HTTPRequestHead, _ client: Client) -> Answer {
        work.countRefusedHost()
        let host = String((Self.field("Host", request) ?? "").prefix(255).filter { $0.isASCII && !$0.isWhitespace })
        if let omitted = refusals.admit(client.peer) {
            logger.warning(
                "a request was refused under a name that is not this agent's: --allowed-host takes further names",
                metadata: ["host": "\(host)", "peer": "\(client.peer)", "omitted": "\(omitted)"])
        }
        return .text(
            .misdirectedRequest, "\(host) is not known as a name of this agent: ask by address, or give it --allowed-host")
    }

    /// The exposition in the format and coding that the client likes best.
    private func metrics(_ request: HTTPRequestHead, from client: Client) -> Answer {
        let asked: ExpositionFormat?
        switch Self.format(inQueryOf: request.uri) {
        case .unnamed: asked = nil
        case .named(let format): asked = format
        case .unknown(let name): return .text(.badRequest, "format=\(name): write text, openmetrics, openmetrics2 or protobuf")
        }
        let negotiated = Negotiation.format(accept: Self.field("Accept", request))
        let format = asked ?? negotiated.format
        var headers = [("Vary", "Accept, Accept-Encoding")]
        var compressor: StreamCompressor?
        if compression.applies(to: client.address) {
            let coding = Negotiation.encoding(acceptEncoding: Self.field("Accept-Encoding", request))
            if request.method == .GET { compressor = coding.compressor }
            if compressor != nil || (request.method == .HEAD && coding != .identity) {
                headers.append(("Content-Encoding", coding.rawValue))
            }
        }
        let contentType = asked?.contentType ?? negotiated.contentType
        guard request.method == .GET else { return Answer(contentType: contentType, headers: headers, body: .unmade) }
        guard let ticket = ticket(for: client) else { return .busy }
        let stream = ResponseStream(
            exposition.stream(format, unanswered: client.unanswered), ticket: ticket, compressor: compressor,
            deadline: client.askedAt + UInt64(Self.timeout(request) * 1e9))
        return Answer(contentType: contentType, headers: headers, body: .stream(stream))
    }

    /// Seconds that the client waits.
    private static func timeout(_ request: HTTPRequestHead) -> Double {
        let timeout = field("X-Prometheus-Scrape-Timeout-Seconds", request).flatMap(\.wholeDouble) ?? usualTimeout
        return timeout > 0 ? min(timeout, longestTimeout) : usualTimeout
    }

    private enum AskedFormat {
        case unnamed
        case named(ExpositionFormat)
        case unknown(String)
    }

    /// The format that `?format=` names, for people with a browser and scrapes that insist on one.
    private static func format(inQueryOf uri: String) -> AskedFormat {
        guard let value = Query.value(of: "format", in: uri) else { return .unnamed }
        guard value.utf8.allSatisfy({ $0 < 0x80 }) else { return .unknown("(not ASCII)") }
        switch value {
        case "text": return .named(.text004)
        case "openmetrics": return .named(.openMetrics100)
        case "openmetrics2": return .named(.openMetrics200)
        case "protobuf": return .named(.protobuf)
        default: return .unknown(String(value.prefix(32)))
        }
    }

    /// Where a scrape reaches this agent, as its client does.
    private func address(_ request: HTTPRequestHead, _ client: Client) -> String? {
        // Over a Unix socket the name says nothing: nobody scrapes there.
        if case .user = client.peer { return ownAddress }
        return Self.host(request) ?? ownAddress
    }

    /// What the client calls this agent, which need not be what it was told to listen at; `nil` for what is no `host:port`.
    private static func host(_ request: HTTPRequestHead) -> String? {
        guard let host = field("Host", request), !host.isEmpty, host.utf8.count <= 255 else { return nil }
        let isPlain = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
                true
            default: false
            }
        }
        return isPlain ? host : nil
    }

    /// All fields of a name as one, as the standard has it.
    static func field(_ name: String, _ request: HTTPRequestHead) -> String? {
        let values = request.headers[name]
        return values.isEmpty ? nil : values.joined(separator: ",")
    }
}

extension ContentCoding {
    /// `nil` for identity, and where there is no memory for another.
    fileprivate var compressor: StreamCompressor? {
        switch self {
        case .identity: nil
        case .gzip: StreamCompressor(.gzip)
        case .zstd: StreamCompressor(.zstd)
        }
    }
}
