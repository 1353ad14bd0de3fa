package import NotificationMetrics
package import NotificationStore

/// Why an attempt to deliver failed, and what that means for the next one.
package struct DeliveryFailure: Hashable, Sendable, CustomStringConvertible {
    package let reason: FailureClass
    /// The text that is stored as the notification's last error: what happened, without anything of the receiver's answer but its status.
    package let description: String
    /// How long the receiver asks to be left alone.
    package let retryAfter: Duration?
    /// Whether the receiver gave no answer that counts, which is held against its destination.
    package let isUnreachable: Bool

    package init(
        _ reason: FailureClass, _ description: String, retryAfter: Duration? = nil, isUnreachable: Bool = false
    ) {
        self.reason = reason
        self.description = description
        self.retryAfter = retryAfter
        self.isUnreachable = isUnreachable
    }
}

extension DeliveryFailure {
    /// Reads the status of a receiver's answer; nil for 2xx, which is a delivery.
    ///
    /// | Status | Class | Because |
    /// | --- | --- | --- |
    /// | 408 | transient | the receiver gave up waiting for the request, RFC 9110, 15.5.9 |
    /// | 425 | transient | too early, to be sent again, RFC 8470 |
    /// | 429 | throttled | too many requests, RFC 6585; with or without Retry-After |
    /// | 503 with Retry-After | throttled | the receiver says when it will be back |
    /// | 410 | permanent | gone: Standard Webhooks takes it as the end of the endpoint |
    /// | other 4xx | permanent | the same request would get the same answer |
    /// | 5xx | transient | the receiver's own trouble |
    /// | 3xx | permanent | not followed: a redirect leads where the sender did not ask to go, an internal address perhaps |
    /// | other | transient | no final answer |
    package init?(status: Int, phrase: String, retryAfter: String?, now: Instant) {
        let phrase = Self.line(phrase)
        let answer = phrase.isEmpty ? "HTTP \(status)" : "HTTP \(status) \(phrase)"
        let patience = retryAfter.flatMap { RetryAfter.parse($0, now: now) }
        switch status {
        case 200..<300: return nil
        case 429: self.init(.throttled, answer, retryAfter: patience)
        case 503 where patience != nil: self.init(.throttled, answer, retryAfter: patience)
        case 408, 425: self.init(.transient, answer)
        case 300..<400: self.init(.permanent, "\(answer): redirects are not followed")
        case 400..<500: self.init(.permanent, answer)
        default: self.init(.transient, answer)
        }
    }
}

extension DeliveryFailure {
    /// Reads an error that came in place of an answer: all are transient, because receivers, routes and certificates come back.
    package init(error: ExchangeError) {
        self.init(.transient, "\(error)", isUnreachable: true)
    }

    /// The beginning of a receiver's text, without what would break a line.
    private static func line(_ text: String) -> String {
        String(text.unicodeScalars.prefix(100).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) })
    }
}
