package import Logging

/// A swift-log handler that writes to journald in its native protocol, and never waits for it; see ``JournalSocket``.
///
/// ```swift
/// let journal = JournalSocket()
/// LoggingSystem.bootstrap { JournalLogHandler(label: $0, journal: journal) }
/// ```
///
/// Fields: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, LOGGER (the label), CODE_FILE (`Module/File.swift`), CODE_LINE, CODE_FUNC, for an
/// error ERROR and ERROR_TYPE, and the metadata: keys as ``JournalFieldName`` makes them, a dictionary's entries as
/// `KEY_SUBKEY`, an array as several values of one field, ``BinaryValue`` as its bytes. A name that is taken gets `_2`, `_3` …, in
/// the order of the keys. `MESSAGE_ID` is that of a `CataloguedEvent`.
package struct JournalLogHandler: LogHandler {
    package var logLevel: Logger.Level = .info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let journal: JournalSocket
    /// The fields that every entry has, once for all.
    private let constant: JournalEntry

    /// - Parameters:
    ///   - identifier: SYSLOG_IDENTIFIER, by which `journalctl -t` finds the entries.
    package init(
        label: String, journal: JournalSocket, identifier: String = JournalSocket.processName,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.journal = journal
        self.metadataProvider = metadataProvider
        var constant = JournalEntry(capacity: 64)
        constant.append("SYSLOG_IDENTIFIER", identifier)
        constant.append("LOGGER", label)
        self.constant = constant
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        guard journal.admit() else { return }
        journal.send(entry(event))
    }

    /// The entry that ``log(event:)`` sends.
    package func entry(_ event: LogEvent) -> JournalEntry {
        var entry = JournalEntry()
        entry.append("MESSAGE", shown: event.message.description)
        entry.append("PRIORITY", Self.digits[Int(JournalPriority(event.level).rawValue)])
        entry.append(constant)
        entry.append("CODE_FILE", event.file)
        entry.append("CODE_LINE", String(event.line))
        entry.append("CODE_FUNC", event.function)
        if let error = event.error {
            entry.append("ERROR", shown: "\(error)")
            entry.append("ERROR_TYPE", String(reflecting: type(of: error)))
        }
        let metadata = merged(event.metadata)
        if !metadata.isEmpty {
            var fields = MetadataFields(entry: entry, hasError: event.error != nil)
            fields.append(metadata)
            entry = fields.entry
        }
        return entry
    }

    /// The call's own metadata before the provider's before the handler's.
    private func merged(_ call: Logger.Metadata?) -> Logger.Metadata {
        var all = metadata
        if let provided = metadataProvider?.get(), !provided.isEmpty { all.merge(provided) { $1 } }
        guard let call, !call.isEmpty else { return all }
        if all.isEmpty { return call }
        all.merge(call) { $1 }
        return all
    }

    private static let digits = ["0", "1", "2", "3", "4", "5", "6", "7"]
}
