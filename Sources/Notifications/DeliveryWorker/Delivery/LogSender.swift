import ApusLimits
import Logging
import NotificationMetrics
import NotificationStore

/// Delivers a notification as one line of the worker's log.
struct LogSender: Sendable {
    /// The pause between two looks whether the line has been taken.
    private static let pause = Duration.milliseconds(20)

    private let logger: Logger
    private let losses: LineLosses

    init(logger: Logger, losses: LineLosses) {
        var logger = logger
        // The line is the delivery: a log level that hides what the worker tells about itself must not swallow it.
        logger.logLevel = min(logger.logLevel, .info)
        self.logger = logger
        self.losses = losses
    }

    /// Writes the line, and waits until it is taken. A line that is lost, of whomever, while it waits fails it: a second line does less
    /// harm than none.
    func send(_ notification: NewNotification) async -> AttemptResult {
        let before = losses.lost()
        logger.info(
            "notification",
            metadata: [
                "id": "\(notification.id)", "user": .string(Self.quoted(notification.userID)),
                "title": .string(Self.quoted(notification.title)), "body": .string(Self.quoted(notification.body)),
            ])
        let deadline = ContinuousClock.now + DeliveryLimits.lineTime.value
        while losses.waiting() > 0 {
            guard losses.lost() == before else { break }
            guard ContinuousClock.now < deadline else { return failed("the journal has not taken the line") }
            do { try await Task.sleep(for: Self.pause) } catch { return .interrupted }
        }
        return losses.lost() == before ? .delivered : failed("the worker's log lost lines: nobody reads it")
    }

    private func failed(_ reason: String) -> AttemptResult { .failed(DeliveryFailure(.transient, reason)) }

    /// Quotes a text of others, with line ends and control characters escaped: it can neither break the line nor forge another.
    private static func quoted(_ text: String) -> String { String(reflecting: text) }
}

/// What becomes of the lines of a log that never waits for its reader.
package struct LineLosses: Sendable {
    /// The number of lines that nobody got.
    let lost: @Sendable () -> UInt64
    /// The number of lines that are on their way.
    let waiting: @Sendable () -> Int

    package init(lost: @escaping @Sendable () -> UInt64, waiting: @escaping @Sendable () -> Int) {
        self.lost = lost
        self.waiting = waiting
    }

    /// The losses of a log that loses nothing.
    package static let none = LineLosses(lost: { 0 }, waiting: { 0 })
}
