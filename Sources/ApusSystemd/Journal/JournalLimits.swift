/// Bounds of what is kept of a journal, so that no writer of it can fill the memory.
package struct JournalLimits: Sendable, Equatable {
    /// Units with counts of their own; the entries of further ones are counted together.
    package var units: Int
    /// Series of events; further ones are counted together, each event by itself.
    package var eventSeries: Int
    /// Bytes of a unit's last error.
    package var messageBytes: Int

    package init(units: Int = 1000, eventSeries: Int = 4000, messageBytes: Int = 256) {
        self.units = max(units, 1)
        self.eventSeries = max(eventSeries, 1)
        self.messageBytes = max(messageBytes, 16)
    }
}
