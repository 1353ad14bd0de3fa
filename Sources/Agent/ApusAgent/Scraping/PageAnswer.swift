import ApusLimits
import AgentMetrics
import ApusMetrics
import ApusText

/// A page as it was sent.
package struct PageAnswer: Sendable {
    let contentType: String?
    /// `nil` for what is sent as it is.
    let contentEncoding: String?
    let body: [UInt8]

    package init(contentType: String?, contentEncoding: String?, body: [UInt8]) {
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        self.body = body
    }

    /// Reads the page as a report is read.
    func report(limits: ReceivedLimits) throws(ScrapeFault) -> ReceivedReport {
        guard let format = ReceivedTextFormat(contentType: contentType) else {
            throw ScrapeFault(
                .content,
                "its Content-Type \((contentType ?? "").quotedExcerpt()) is none that is read: serve text/plain; version=0.0.4 or application/openmetrics-text; version=1.0.0"
            )
        }
        let text = try plain()
        do { return try ReceivedReport(text: text, as: format, limits: limits) } catch {
            throw ScrapeFault(.content, error.description)
        }
    }

    private func plain() throws(ScrapeFault) -> [UInt8] {
        switch contentEncoding?.lowercased() {
        case nil, "", "identity": return body
        case "gzip", "x-gzip":
            do { return try Gunzip.bytes(body, most: ScrapeLimits.body.value.bytes) } catch {
                switch error {
                case .malformed: throw ScrapeFault(.content, "it is not gzip, or ends too early: send it as it is")
                case .tooLarge: throw ScrapeFault.tooLarge
                }
            }
        case let other?:
            throw ScrapeFault(.content, "its Content-Encoding \(other.quotedExcerpt()) was not asked for: send it as it is")
        }
    }
}
