import AgentMetrics
import ApusLimits
import ApusText
import NIOCore
import NIOHTTP1
import NIOSSL

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
    /// Takes the body of an answer of 200 that is not compressed, piece by piece: the answer has none then. Of a body of other answers as
    /// much is read as ``NetworkProbeLimits/page`` has.
    var sink: ((ByteBufferView) -> Void)?
    /// Whether nothing is asked after it, so that the server need not keep the connection.
    var isOnly = false
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
    var isPlain: Bool { Self.isPlain(headers) }

    static func isPlain(_ headers: HTTPHeaders?) -> Bool {
        let encoding = headers?.first(name: "content-encoding") ?? ""
        return encoding.isEmpty || encoding.utf8.count == 8 && encoding.lowercased() == "identity"
    }
}

/// Asks a server over HTTP/1.1, one question after the other, over one connection for as long as the server keeps that.
///
/// A connection that ends before the first byte of an answer, and has brought one before, was ended by a server that had nothing to do: the
/// question goes over a new one then, once, as RFC 9112, section 9.3.1, has it.
final class HTTPConversation {
    private let attempt: NetworkAttempt
    /// The connection that the server keeps, or over which it is asked now.
    private var connection: ProbeConnection?
    /// Whether the connection has brought an answer before.
    private var isReused = false
    private var question: HTTPQuestion?
    private var done: ((Result<HTTPAnswer, ProbeFailure>) -> Void)?
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []
    /// The bytes of the body that have come.
    private var taken = 0
    private var firstPart = NIODeadline.now()

    init(_ attempt: NetworkAttempt) { self.attempt = attempt }

    /// The bytes that may come in answer to a question: what is sent in small chunks has several bytes around each.
    private static func most(_ question: HTTPQuestion) -> ByteLimit {
        ByteLimit(bytes: 2 * question.body.bytes + 4 * NetworkProbeLimits.head.value.bytes)
    }

    /// Asks; the question before has its answer.
    ///
    /// - Parameter done: is called once, unless the attempt is over before.
    func ask(_ question: HTTPQuestion, _ done: @escaping (Result<HTTPAnswer, ProbeFailure>) -> Void) {
        (self.question, self.done, head, body, taken) = (question, done, nil, [], 0)
        guard let connection, connection.stage != .over else { return open(question) }
        isReused = true
        connection.expect(most: Self.most(question))
        // What has brought the answer before has not returned yet.
        attempt.soon { [self] in
            if self.connection === connection, connection.stage != .over { send(question, connection) }
        }
    }

    private func open(_ question: HTTPQuestion) {
        let connection = attempt.connect(most: Self.most(question))
        self.connection = connection
        isReused = false
        connection.open(
            prepare: { [self] channel in try addHandlers(to: channel, connection) },
            opened: { [self] in send(question, connection) },
            failed: { [self] failure in finish(.failure(failure)) })
    }

    private func addHandlers(to channel: any Channel, _ connection: ProbeConnection) throws {
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
                connection, take: { [self] part in take(part, connection) },
                ended: { [self] error in ended(error, connection) }))
    }

    private func send(_ question: HTTPQuestion, _ connection: ProbeConnection) {
        connection.stage = .waiting(question.what)
        var headers = HTTPHeaders([("Host", question.host), ("User-Agent", "apus-agent/\(productVersion)")])
        if !question.headers.contains(where: { $0.0.lowercased() == "accept" }) { headers.add(name: "Accept", value: "*/*") }
        for (name, value) in question.headers { headers.add(name: name, value: value) }
        // A connection of HTTP/1.1 is kept where nothing is said.
        if question.isOnly { headers.add(name: "Connection", value: "close") }
        let head = HTTPRequestHead(version: .http1_1, method: question.method, uri: question.target, headers: headers)
        connection.send(HTTPClientRequestPart.head(head), isLast: false)
        connection.send(HTTPClientRequestPart.end(nil))
    }

    private func take(_ part: HTTPClientResponsePart, _ connection: ProbeConnection) {
        guard let question else { return }
        switch part {
        case .head(let head):
            let code = Int(head.status.code)
            guard (100..<1000).contains(code), head.version.major == 1 else {
                return connection.fail(Self.notHTTP("an answer of status \(code)", connection))
            }
            self.head = head
            firstPart = .now()
            connection.noteAnswer()
            connection.stage = .waiting("the body of \(question.what)")
            // Nothing of HTTP follows an upgrade that nobody asked for.
            if code == 101 { succeed(isWhole: true, connection) }
        case .body(let bytes): take(bytes, of: question, connection)
        case .end: succeed(isWhole: true, connection)
        }
    }

    private func take(_ bytes: ByteBuffer, of question: HTTPQuestion, _ connection: ProbeConnection) {
        let sink = head?.status == .ok && HTTPAnswer.isPlain(head?.headers) ? question.sink : nil
        let isPart = question.takesPart || question.sink != nil && sink == nil
        let most = question.sink != nil && sink == nil ? NetworkProbeLimits.page.value : question.body
        let room = most.bytes - taken
        taken += bytes.readableBytes
        let part = bytes.readableBytesView.prefix(room)
        if let sink { sink(part) } else { body.append(contentsOf: part) }
        guard bytes.readableBytes > room else { return }
        guard isPart else {
            return connection.fail(
                ProbeFailure(.limit, "\(question.what) of \(connection.place.text) has more than \(most.limitText)"))
        }
        succeed(isWhole: false, connection)
    }

    private func succeed(isWhole: Bool, _ connection: ProbeConnection) {
        guard let head, let question else { return }
        let answer = HTTPAnswer(
            status: Int(head.status.code), headers: head.headers, body: body, isWhole: isWhole, facts: connection.facts,
            rest: .nanoseconds((NIODeadline.now() - firstPart).nanoseconds))
        let isKept = isWhole && !question.isOnly && head.status.code != 101 && head.isKeepAlive && head.saysItsLength
        if !isKept {
            connection.close()
            self.connection = nil
        }
        finish(.success(answer))
    }

    /// Gives names to errors of the parser, and asks anew over a connection that the server did not keep.
    private func ended(_ error: (any Error)?, _ connection: ProbeConnection) -> Bool {
        if isReused, self.connection === connection, let question, head == nil, !connection.hasSeenByte, Self.isEnd(error) {
            open(question)
            return true
        }
        switch error {
        case HTTPParserError.headerOverflow?:
            connection.fail(
                ProbeFailure(
                    .limit,
                    "the header fields of \(connection.place.text) have more than \(NetworkProbeLimits.head.value.limitText), or are more than \(NetworkProbeLimits.fields.value): take cookies and tokens off"
                ))
        case HTTPParserError.invalidEOFState?: connection.end(nil)
        case is NIOHTTPDecoderError: connection.fail(Self.notHTTP("an answer before it was asked", connection))
        case let error as HTTPParserError: connection.fail(Self.notHTTP("\(error)", connection))
        default: return false
        }
        return true
    }

    /// Whether a connection was ended, in an orderly way or not.
    private static func isEnd(_ error: (any Error)?) -> Bool {
        switch error {
        case nil, is IOError, is ChannelError, HTTPParserError.invalidEOFState?: true
        case let error?: (error as? NIOSSLError) == .uncleanShutdown
        }
    }

    private static func notHTTP(_ what: String, _ connection: ProbeConnection) -> ProbeFailure {
        ProbeFailure(
            .content,
            "what \(connection.place.text) sends is no answer of HTTP/1.1 (\(what.quotedExcerpt(80))): look which server listens there"
        )
    }

    private func finish(_ result: Result<HTTPAnswer, ProbeFailure>) {
        let done = done
        (self.done, question) = (nil, nil)
        done?(result)
    }
}

extension HTTPResponseHead {
    /// Whether the answer ends before its connection does.
    fileprivate var saysItsLength: Bool {
        status == .noContent || status == .notModified || headers.contains(name: "content-length")
            || headers.contains(name: "transfer-encoding")
    }
}
