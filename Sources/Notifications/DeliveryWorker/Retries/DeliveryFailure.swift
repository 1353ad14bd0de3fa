package import NotificationMetrics

/// Why an attempt to deliver failed, and what that means for the next one.
package struct DeliveryFailure: Hashable, Sendable, CustomStringConvertible {
    package let reason: FailureClass
    /// What is stored as the notification's last error: what happened, without anything of the receiver's answer but its status.
    package let description: String
    /// How long the receiver asks to be left alone.
    package let retryAfter: Duration?

    package init(_ reason: FailureClass, _ description: String, retryAfter: Duration? = nil) {
        self.reason = reason
        self.description = description
        self.retryAfter = retryAfter
    }
}
