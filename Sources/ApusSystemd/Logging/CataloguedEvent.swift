package import Logging

/// An event that operators look up, with its number and its explanation in the message catalog (systemd.io/CATALOG):
/// `journalctl -x` shows the explanation, `journalctl MESSAGE_ID=…` finds every occurrence.
///
/// ```swift
/// logger.warning("log entries were dropped", metadata: CataloguedEvent.entriesDropped.metadata)
/// ```
package struct CataloguedEvent: Sendable, Equatable {
    /// 32 hexadecimal digits in lower case, never given to another event.
    package let id: String
    /// One line; `@FIELD@` stands for the entry's field.
    package let subject: String
    /// What it means, and what to do about it.
    package let explanation: String

    package init(id: String, subject: String, explanation: String) {
        self.id = id
        self.subject = subject
        self.explanation = explanation
    }

    /// Metadata that marks a log call as this event.
    package var metadata: Logger.Metadata { [Self.metadataKey: .string(id)] }

    /// The metadata key under which a handler finds an event's number.
    package static let metadataKey = "MESSAGE_ID"

    package static let entriesDropped = CataloguedEvent(
        id: "0b118d03199045ad963cb911d455de1d",
        subject: "@N_DROPPED@ log entries were dropped",
        explanation: """
            journald took no entries for so long that this process had to drop
            some rather than wait. Entries are missing before this one.

            See whether journald is stopped or overloaded, and which service
            logs the most.
            """)

    /// Every event that this module logs.
    package static let all = [entriesDropped]

    /// The text of a catalog file for `/usr/lib/systemd/catalog`.
    package static func catalog(_ events: [CataloguedEvent]) -> String {
        events.map { "-- \($0.id)\nSubject: \($0.subject)\n\n\($0.explanation)\n" }.joined(separator: "\n")
    }

    /// Whether a text is the number of an event: 32 hexadecimal digits.
    static func isID(_ text: String) -> Bool {
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
