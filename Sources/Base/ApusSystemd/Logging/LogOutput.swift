import Glibc
package import Logging

/// A program's log handlers, and the way to the journal that they share.
///
/// ```swift
/// let output = LogOutput(.auto)
/// LoggingSystem.bootstrap { output.handler(label: $0) }
/// defer { _ = output.flush(within: .seconds(1)) }
/// ```
package struct LogOutput: Sendable {
    /// The way to the journal; `nil` when the log goes to standard error for people.
    package let journal: JournalSocket?

    private let identifier: String
    private let standardError: StandardErrorStream

    /// - Parameters:
    ///   - identifier: SYSLOG_IDENTIFIER of all entries.
    ///   - standardErrorIsJournal: what `.auto` goes by.
    ///   - standardError: where the log for people goes.
    package init(
        _ destination: LogDestination, identifier: String = JournalSocket.processName,
        socketPath: String = JournalSocket.standardPath, standardErrorIsJournal: Bool = StandardErrorJournal.isJournal(),
        standardError: StandardErrorStream = StandardErrorStream()
    ) {
        self.identifier = identifier
        self.standardError = standardError
        let format: FallbackFormat? =
            switch destination {
            case .auto: standardErrorIsJournal ? .text : nil
            case .journal: .text
            case .json: .json
            case .stderr: nil
            }
        journal = format.map { JournalSocket(path: socketPath, identifier: identifier, fallback: FallbackStream(format: $0)) }
    }

    /// Makes the handler of a logger, for `LoggingSystem.bootstrap`.
    package func handler(label: String) -> any LogHandler {
        if let journal {
            JournalLogHandler(label: label, journal: journal, identifier: identifier)
        } else {
            StreamLogHandler(label: label, stream: standardError)
        }
    }

    /// The number of lines that nobody got, because neither the journal nor standard error took them.
    package var lost: UInt64 { journal?.dropped ?? standardError.lost }

    /// The number of lines that wait for the journal to take them.
    package var waiting: Int { journal?.waiting ?? 0 }

    /// Waits until the journal has what was logged, before the process ends; see ``JournalSocket/flush(within:)``.
    package func flush(within limit: Duration) -> Bool { journal?.flush(within: limit) ?? true }
}

/// The place that a program's log goes to, as its option `--log` has it.
package enum LogDestination: String, Sendable, CaseIterable {
    /// The log goes to the journal when the service manager connected standard error to it, otherwise to standard error for people.
    case auto
    /// The log goes to the journal; while there is none, to standard error, a line an entry behind its priority (`<6>`).
    case journal
    /// The log goes to the journal; while there is none, to standard error, a JSON object a line.
    case json
    /// The log goes to standard error for people, whatever else is there.
    case stderr
}

/// Whether the service manager connected this process's standard error to the journal.
package enum StandardErrorJournal {
    /// Whether `JOURNAL_STREAM` (systemd.exec(5): device and inode in decimal, `8:1234`) names the file behind the descriptor. The
    /// variable alone says nothing: children inherit it whose output goes elsewhere.
    package static func isJournal(
        _ variable: String? = getenv("JOURNAL_STREAM").map { String(cString: $0) }, descriptor: Int32 = STDERR_FILENO
    ) -> Bool {
        guard let parts = variable?.split(separator: ":"), parts.count == 2, let device = UInt64(parts[0]),
            let inode = UInt64(parts[1])
        else { return false }
        var status = stat()
        return fstat(descriptor, &status) == 0 && UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }
}
