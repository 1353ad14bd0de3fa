package import Logging

/// A program's log handlers, and the way to the journal that they share.
///
/// ```swift
/// let output = LogOutput(.auto)
/// LoggingSystem.bootstrap { output.handler(label: $0) }
/// defer { _ = output.flush(within: .seconds(1)) }
/// ```
package struct LogOutput: Sendable {
    /// Nil when the log goes to standard error for people.
    package let journal: JournalSocket?

    private let identifier: String

    /// - Parameters:
    ///   - identifier: SYSLOG_IDENTIFIER of all entries.
    ///   - standardErrorIsJournal: what `.auto` goes by.
    package init(
        _ destination: LogDestination, identifier: String = JournalSocket.processName,
        socketPath: String = JournalSocket.standardPath, standardErrorIsJournal: Bool = StandardErrorJournal.isJournal()
    ) {
        self.identifier = identifier
        let format: FallbackFormat? =
            switch destination {
            case .auto: standardErrorIsJournal ? .text : nil
            case .journal: .text
            case .json: .json
            case .stderr: nil
            }
        journal = format.map { JournalSocket(path: socketPath, identifier: identifier, fallback: FallbackStream(format: $0)) }
    }

    /// For `LoggingSystem.bootstrap`.
    package func handler(label: String) -> any LogHandler {
        if let journal {
            JournalLogHandler(label: label, journal: journal, identifier: identifier)
        } else {
            StreamLogHandler.standardError(label: label)
        }
    }

    /// Waits until the journal has what was logged, before the process ends; see ``JournalSocket/flush(within:)``.
    package func flush(within limit: Duration) -> Bool { journal?.flush(within: limit) ?? true }
}
