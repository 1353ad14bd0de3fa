import ApusLinux
import ApusMetrics
import CLinux
import Logging
import NIOCore
import NIOHTTP1

/// From a request's method and target to the answer.
struct Responder: Sendable {
    let exposition: Exposition
    let documents: Documents
    let work: AgentWork
    let compression: CompressionPolicy
    /// `host:port` as configured, for clients that do not say which they reached.
    let ownAddress: String
    let logger: Logger

    /// Clients wait 10 s when they do not say for how long, as Prometheus does; nobody is waited for longer than 2 minutes.
    private static let usualTimeout = 10.0
    private static let longestTimeout = 120.0

    func answer(_ request: HTTPRequestHead, from address: SocketAddress?) -> Answer {
        guard let route = Page(uri: request.uri) else { return .text(.notFound, "no such page; / lists them") }
        guard request.method == .GET || request.method == .HEAD else {
            var answer = Answer.text(.methodNotAllowed, "GET and HEAD only")
            answer.headers = [("Allow", "GET, HEAD")]
            return answer
        }
        do {
            switch route {
            case .index: return .index
            case .metrics: return metrics(request, from: address)
            case .health:
                let (isHealthy, body) = try documents.health()
                return .json(body, status: isHealthy ? .ok : .serviceUnavailable)
            case .live: return .text(.ok, "live")
            case .ready:
                let isReady = work.totals.samples > 0
                return .text(isReady ? .ok : .serviceUnavailable, isReady ? "ready" : "no sample yet")
            case .resources: return .json(try documents.resources())
            case .stats: return .json(try documents.stats())
            case .targets: return .json(try documents.targets(address: Self.host(request) ?? ownAddress))
            case .units: return .json(try documents.unitStates())
            case .journal: return .json(try documents.journal(unit: Query.value(of: "unit", in: request.uri)))
            }
        } catch {
            // Never a partial 200.
            logger.error("a document could not be made", metadata: ["path": "\(route.rawValue)", "error": "\(error)"])
            return .text(.internalServerError, "the document could not be made; the agent's log says why")
        }
    }

    /// The exposition in the format and coding that the client likes best.
    private func metrics(_ request: HTTPRequestHead, from address: SocketAddress?) -> Answer {
        let asked: ExpositionFormat?
        switch Self.format(inQueryOf: request.uri) {
        case .unnamed: asked = nil
        case .named(let format): asked = format
        case .unknown(let name): return .text(.badRequest, "format=\(name): write text, openmetrics, openmetrics2 or protobuf")
        }
        guard let ticket = ScrapeTicket(work) else {
            var answer = Answer.text(.serviceUnavailable, "too many scrapes at a time; try again")
            answer.headers = [("Retry-After", "1")]
            return answer
        }
        let negotiated = Negotiation.format(accept: Self.field("Accept", request))
        let format = asked ?? negotiated.format
        var headers = [("Vary", "Accept, Accept-Encoding")]
        var compressor: StreamCompressor?
        if compression.applies(to: address) {
            let coding = Negotiation.encoding(acceptEncoding: Self.field("Accept-Encoding", request))
            compressor = coding.compressor
            if compressor != nil { headers.append(("Content-Encoding", coding.rawValue)) }
        }
        let timeout = Self.field("X-Prometheus-Scrape-Timeout-Seconds", request).flatMap(Double.init) ?? Self.usualTimeout
        let allowed = timeout > 0 ? min(timeout, Self.longestTimeout) : Self.usualTimeout
        let stream = ResponseStream(
            exposition.stream(format, ticket: ticket), compressor: compressor,
            deadline: apus_monotonic_nanoseconds() + UInt64(allowed * 1e9))
        let contentType = asked?.contentType ?? negotiated.contentType
        return Answer(contentType: contentType, headers: headers, body: .stream(stream))
    }

    private enum AskedFormat {
        case unnamed
        case named(ExpositionFormat)
        case unknown(String)
    }

    /// The format that `?format=` names, for people with a browser and scrapes that insist on one.
    private static func format(inQueryOf uri: String) -> AskedFormat {
        let query = uri.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        guard let value = query.split(separator: "&").first(where: { $0.hasPrefix("format=") })?.dropFirst(7) else {
            return .unnamed
        }
        switch value {
        case "text": return .named(.text004)
        case "openmetrics": return .named(.openMetrics100)
        case "openmetrics2": return .named(.openMetrics200)
        case "protobuf": return .named(.protobuf)
        default: return .unknown(String(value.prefix(32)))
        }
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
    private static func field(_ name: String, _ request: HTTPRequestHead) -> String? {
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
