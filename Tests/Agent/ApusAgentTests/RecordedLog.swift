import Logging
import Synchronization

/// What an agent logs, line by line: the message and its metadata.
final class RecordedLog: Sendable {
    private let lines = Mutex<[(message: String, metadata: [String: String])]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    /// The metadata of every line with this message.
    func lines(_ message: String) -> [[String: String]] {
        lines.withLock { lines in lines.filter { $0.message == message }.map(\.metadata) }
    }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
            log.lines.withLock { $0.append(("\(event.message)", metadata)) }
        }
    }
}
