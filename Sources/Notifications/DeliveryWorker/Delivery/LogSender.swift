import Logging
import NotificationStore

/// Delivers a notification as one line of the worker's log.
struct LogSender: Sendable {
    private let logger: Logger

    init(logger: Logger) {
        var logger = logger
        // The line is the delivery: a log level that hides what the worker tells about itself must not swallow it.
        logger.logLevel = min(logger.logLevel, .info)
        self.logger = logger
    }

    func send(_ notification: NewNotification) {
        logger.info(
            "notification",
            metadata: [
                "id": "\(notification.id)", "user": .string(Self.quoted(notification.userID)),
                "title": .string(Self.quoted(notification.title)), "body": .string(Self.quoted(notification.body)),
            ])
    }

    /// Quotes a text of others, with line ends and control characters escaped: it can neither break the line nor forge another.
    private static func quoted(_ text: String) -> String { String(reflecting: text) }
}
