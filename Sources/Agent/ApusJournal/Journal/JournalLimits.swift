/// Bounds of what is kept of a journal, so that no writer of it can fill the memory.
package struct JournalLimits: Sendable, Equatable {
    /// Units with counts of their own; the entries of further ones are counted together.
    package var units: Int
    /// Series of events; further ones are counted together, each event by itself.
    package var eventSeries: Int
    /// Bytes of the message of an error.
    package var messageBytes: Int
    /// Last errors of a unit that are kept.
    package var errors: Int

    /// Bytes of a field that patterns look at, its name included; what is beyond is not seen.
    static let patternFieldBytes = 8192

    package init(units: Int = 1000, eventSeries: Int = 4000, messageBytes: Int = 256, errors: Int = 10) {
        self.units = max(units, 1)
        self.eventSeries = max(eventSeries, 1)
        self.messageBytes = max(messageBytes, 16)
        self.errors = max(errors, 1)
    }
}
