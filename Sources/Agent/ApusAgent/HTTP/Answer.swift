import AgentMetrics
import ApusMetrics
import ApusText
import NIOHTTP1

/// A response, ready to be written.
struct Answer {
    var status: HTTPResponseStatus = .ok
    var contentType = "text/plain; charset=utf-8"
    var headers: [(String, String)] = []
    let body: Body
    /// Held until the client has taken an answer that is large.
    var ticket: ScrapeTicket?

    enum Body {
        /// Nobody wants it, and its length is known only by making it, so that HEAD gives none (RFC 9110, 9.3.2).
        case unmade
        case bytes([UInt8])
        /// Written piece by piece, as the client takes it.
        case stream(ResponseStream)
        /// Written event by event, for as long as the client follows.
        case events(LivePlace)
    }

    init(
        status: HTTPResponseStatus = .ok, contentType: String = "text/plain; charset=utf-8", headers: [(String, String)] = [],
        body: Body
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    /// A text of one line or several, in which what is not seen is `?`: some of it comes from outside.
    static func text(_ status: HTTPResponseStatus, _ text: String) -> Answer {
        Answer(status: status, body: .bytes(Array((text.showingUnseen(keepingLines: true) + "\n").utf8)))
    }

    /// For a client that may try again in a second.
    static func unavailable(_ text: String) -> Answer {
        var answer = Answer.text(.serviceUnavailable, text)
        answer.headers = [("Retry-After", "1")]
        return answer
    }

    static var busy: Answer { .unavailable("too many scrapes at a time; try again") }

    /// A page in JSON.
    struct Document: Sendable {
        let body: [UInt8]
        var status = HTTPResponseStatus.ok
    }

    static func json(_ document: Document) -> Answer {
        Answer(status: document.status, contentType: "application/json; charset=utf-8", body: .bytes(document.body))
    }

    /// A document for programs and pages, which nobody takes for anything else.
    ///
    /// - Parameter tag: of the turn that the document is made of; `nil` of one that is made anew for each who asks.
    static func api(_ body: [UInt8], tag: EntityTag? = nil) -> Answer {
        var answer = Answer(contentType: "application/json; charset=utf-8", headers: cautious, body: .bytes(body))
        if let tag { answer.headers.append(("ETag", "\(tag)")) }
        return answer
    }

    /// Says that what the client has is what there is.
    static func notModified(_ tag: EntityTag) -> Answer {
        Answer(status: .notModified, headers: cautious + [("ETag", "\(tag)")], body: .bytes([]))
    }

    /// What a browser is told about answers that are no pages.
    static let cautious = [
        ("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ]
}
