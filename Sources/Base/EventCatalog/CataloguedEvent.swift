package import Logging

/// An event that operators look up, with its number and its explanation in the message catalog (systemd.io/CATALOG):
/// `journalctl -x` shows the explanation, `journalctl MESSAGE_ID=…` finds every occurrence.
///
/// ```swift
/// logger.warning("log entries were dropped", metadata: CataloguedEvent.entriesDropped.metadata)
/// ```
///
/// The raw value is the number: 32 hexadecimal digits in lower case (`systemd-id128 new`), never given to another event.
package enum CataloguedEvent: String, CaseIterable, Sendable {
    case entriesDropped = "0b118d03199045ad963cb911d455de1d"
    case agentReady = "0f1f21a3a09449d3aa1560c434ebef0c"
    case reportRefused = "1923e477828d4d0186efcd9cc98dcdde"
    case segmentMalformed = "007fc896bab24740800a30ed27ff0587"
    case instanceHung = "c42a7f31c5e44c33a20bd7e6bac75d60"
    case instanceRecovered = "5f5b23b8e7694c329fb9b4bf4db00a89"
    case apiStarted = "160bef6ff7cb405ebd3e9d45dd5fdfa5"
    case apiStopped = "03c53f5d2a4d420ca128dab1ed180100"
    case workerStarted = "d1042e60d0514b14bbabcaa8355e12f8"
    case workerStopped = "adbfa2c126a8462e8e3b1ec1e536fbcf"
    case leaseLost = "e9a2e15bffff44d2abdb1e236abd3dea"
    case storeUnreachable = "cb98994d7154479bb20a15eac3c1c3de"

    /// The events that an agent logs.
    package static let ofAgent: [CataloguedEvent] = [
        .entriesDropped, .agentReady, .reportRefused, .segmentMalformed, .instanceHung, .instanceRecovered,
    ]

    /// The `MESSAGE_ID` of the event's entries.
    package var id: String { rawValue }

    /// The metadata key under which a handler finds an event's number.
    package static let metadataKey = "MESSAGE_ID"

    /// The metadata that marks a log call as this event.
    package var metadata: Logger.Metadata { [Self.metadataKey: .string(id)] }

    /// Marks the metadata of a log call as this event's.
    package func metadata(_ metadata: Logger.Metadata) -> Logger.Metadata {
        var metadata = metadata
        metadata[Self.metadataKey] = .string(id)
        return metadata
    }

    /// Whether a text has the form of an event's number: 32 hexadecimal digits.
    package static func isID(_ text: String) -> Bool {
        text.utf8.count == 32
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"):
                    true
                default: false
                }
            }
    }
}
