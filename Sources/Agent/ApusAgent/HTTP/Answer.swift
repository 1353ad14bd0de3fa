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

    static var index: Answer { Answer(contentType: "text/html; charset=utf-8", body: .bytes(page)) }

    private static let page: [UInt8] = {
        let rows = Page.allCases.map { "<li><a href=\"\($0.rawValue)\">\($0.rawValue)</a>: \($0.summary)</li>" }
        let page = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>apus-agent</title>
            <style>body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style></head>
            <body><h1>apus-agent \(productVersion)</h1><ul>
            \(rows.joined(separator: "\n"))
            </ul></body></html>

            """
        return Array(page.utf8)
    }()
}
