import AgentMetrics
import ApusLimits
import ApusText
import NIOCore
import NIOHTTP1

/// What is asked over HTTP.
struct HTTPQuestion {
    var method: HTTPMethod = .GET
    /// The path with its query, which no message repeats: it may hold what is secret.
    var target: String
    /// What the field `Host` says.
    var host: String
    var headers: [(String, String)] = []
    /// The bytes of the body that are read.
    var body: ByteLimit
    /// Whether an answer with a longer body is taken as far as it was read, and not refused.
    var takesPart = false
    /// What is waited for, in words.
    var what = "the answer"
}

/// What was answered over HTTP.
struct HTTPAnswer {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]
    /// Whether the body is all of it.
    let isWhole: Bool
    let facts: ConnectionFacts
    /// From the first byte of the answer to the last one that was read.
    let rest: Duration

    /// The media type without its parameters, in small letters; empty where none is said.
    var mediaType: String {
        let text = headers.first(name: "content-type") ?? ""
        // Compared as a text, a long one of combining marks would take seconds.
        guard text.utf8.prefix(while: { $0 != UInt8(ascii: ";") }).count <= 128 else { return "" }
        return String(text.prefix { $0 != ";" }).filter { $0 != " " && $0 != "\t" }.lowercased()
    }

    /// Whether the body is as it was sent by who made it.
    var isPlain: Bool {
        let encoding = headers.first(name: "content-encoding") ?? ""
        return encoding.isEmpty || encoding.utf8.count == 8 && encoding.lowercased() == "identity"
    }
}

/// Asks once over a connection of its own, and takes the answer as far as it is needed.
final class HTTPExchange {
    private let connection: ProbeConnection
    private let question: HTTPQuestion
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []
    private var firstPart = NIODeadline.now()
    private var done: ((Result<HTTPAnswer, ProbeFailure>) -> Void)?

    init(_ question: HTTPQuestion, over connection: ProbeConnection) {
        self.question = question
        self.connection = connection
    }

    /// The bytes that may come in answer to a question: what is sent in small chunks has several bytes around each.
    static func most(_ question: HTTPQuestion) -> ByteLimit {
        ByteLimit(bytes: 2 * question.body.bytes + 4 * NetworkProbeLimits.head.value.bytes)
    }

    /// Asks.
    ///
    /// - Parameter done: is called once, unless ``cancel()`` is before.
    func ask(_ done: @escaping (Result<HTTPAnswer, ProbeFailure>) -> Void) {
        self.done = done
        connection.open(
            prepare: { [self] channel in try addHandlers(to: channel) },
            opened: { [self] in send() },
            failed: { [self] failure in finish(.failure(failure)) })
    }

    func cancel() {
        done = nil
        connection.close()
    }

    private func addHandlers(to channel: any Channel) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = NetworkProbeLimits.head.value.bytes
        limits.maxHeaderListSize = NetworkProbeLimits.head.value.bytes
        limits.maxHeaderFieldCount = NetworkProbeLimits.fields.value
        let decoder = HTTPResponseDecoder(
            leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop, limitConfiguration: limits)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTPRequestEncoder())
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(
            ProbeStream<HTTPClientResponsePart>(
                connection, take: { [self] part in take(part) }, ended: { [self] error in ended(error) }))
    }

    private func send() {
        connection.stage = .waiting(question.what)
        var headers = HTTPHeaders([("Host", question.host), ("User-Agent", "apus-agent/\(productVersion)")])
        if !question.headers.contains(where: { $0.0.lowercased() == "accept" }) { headers.add(name: "Accept", value: "*/*") }
        for (name, value) in question.headers { headers.add(name: name, value: value) }
        headers.add(name: "Connection", value: "close")
        let head = HTTPRequestHead(version: .http1_1, method: question.method, uri: question.target, headers: headers)
        connection.send(HTTPClientRequestPart.head(head), isLast: false)
        connection.send(HTTPClientRequestPart.end(nil))
    }

    private func take(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head):
            let code = Int(head.status.code)
            guard (100..<1000).contains(code), head.version.major == 1 else {
                return connection.fail(notHTTP("an answer of status \(code)"))
            }
            self.head = head
            firstPart = .now()
            connection.stage = .waiting("the body of \(question.what)")
            // Nothing of HTTP follows an upgrade that nobody asked for.
            if code == 101 { succeed(isWhole: true) }
        case .body(let bytes):
            let room = question.body.bytes - body.count
            body.append(contentsOf: bytes.readableBytesView.prefix(room))
            guard bytes.readableBytes > room else { return }
            guard question.takesPart else {
                return connection.fail(
                    ProbeFailure(
                        .limit, "\(question.what) of \(connection.place.text) has more than \(question.body.limitText)"))
            }
            succeed(isWhole: false)
        case .end: succeed(isWhole: true)
        }
    }

    private func succeed(isWhole: Bool) {
        guard let head else { return }
        finish(
            .success(
                HTTPAnswer(
                    status: Int(head.status.code), headers: head.headers, body: body, isWhole: isWhole, facts: connection.facts,
                    rest: .nanoseconds((NIODeadline.now() - firstPart).nanoseconds))))
    }

    /// Gives names to errors of the parser.
    private func ended(_ error: (any Error)?) -> Bool {
        switch error {
        case HTTPParserError.headerOverflow?:
            connection.fail(
                ProbeFailure(
                    .limit,
                    "the header fields of \(connection.place.text) have more than \(NetworkProbeLimits.head.value.limitText), or are more than \(NetworkProbeLimits.fields.value): take cookies and tokens off"
                ))
        case HTTPParserError.invalidEOFState?: connection.end(nil)
        case is NIOHTTPDecoderError: connection.fail(notHTTP("an answer before it was asked"))
        case let error as HTTPParserError: connection.fail(notHTTP("\(error)"))
        default: return false
        }
        return true
    }

    private func notHTTP(_ what: String) -> ProbeFailure {
        ProbeFailure(
            .content,
            "what \(connection.place.text) sends is no answer of HTTP/1.1 (\(what.quotedExcerpt(80))): look which server listens there"
        )
    }

    private func finish(_ result: Result<HTTPAnswer, ProbeFailure>) {
        let done = done
        self.done = nil
        connection.close()
        done?(result)
    }
}
