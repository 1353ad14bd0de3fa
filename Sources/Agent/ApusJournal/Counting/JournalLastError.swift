package import ApusSystemd

/// A message of a unit that was an error or graver, one of its last ones.
package struct JournalLastError: Sendable, Equatable {
    /// The time at which the message was received, in microseconds since 1970.
    package let realtime: UInt64
    package let priority: JournalPriority
    /// The text, cut to the limit, with invalid UTF-8 repaired; empty of an entry without one.
    package let message: String
    /// The entry's cursor for `journalctl --cursor`; empty where it could not be had.
    package let cursor: String

    init(realtime: UInt64, priority: JournalPriority, message: String, cursor: String = "") {
        self.realtime = realtime
        self.priority = priority
        self.message = message
        self.cursor = cursor
    }

    /// Cuts at a character's start, so that a cut leaves no half of one.
    init(realtime: UInt64, priority: JournalPriority, message: UnsafeRawBufferPointer, limit: Int, cursor: String = "") {
        var end = min(message.count, limit)
        if end < message.count {
            while end > 0 && message[end] & 0xC0 == 0x80 { end -= 1 }
        }
        self.init(
            realtime: realtime, priority: priority,
            message: String(decoding: UnsafeRawBufferPointer(rebasing: message[..<end]), as: UTF8.self), cursor: cursor)
    }
}
