/// How a notification reaches its receiver.
package enum Channel: String, CaseIterable, Sendable, Codable {
    /// An HTTP POST to the notification's own URL.
    case webhook
    /// A line in the worker's log.
    case log
}
