/// What a follower counts and where it keeps that.
package struct JournalFollowerConfiguration: Sendable {
    package enum Beginning: Sendable {
        /// Counts what comes from the first start on.
        case end
        /// Counts what is there already, too.
        case beginning
    }

    package var source: JournalOrigin
    /// The file of the cursor and the counts; its folder must exist.
    package var statePath: String
    /// The units whose entries count; `nil` for all entries, also those of no unit.
    package var units: Set<String>?
    /// The place at which a start without a state file begins.
    package var beginning: Beginning
    package var limits: JournalLimits
    /// What is counted besides, of all units.
    package var patterns: [JournalPattern]
    /// How long after a change the state is saved at the latest: what a kill makes the next start read again.
    package var saveInterval: Duration

    package init(
        source: JournalOrigin = .system, statePath: String, units: Set<String>? = nil, beginning: Beginning = .end,
        limits: JournalLimits = JournalLimits(), patterns: [JournalPattern] = [], saveInterval: Duration = .seconds(5)
    ) {
        self.source = source
        self.statePath = statePath
        self.units = units
        self.beginning = beginning
        self.limits = limits
        self.patterns = patterns
        self.saveInterval = saveInterval
    }
}

/// The bounds of what is kept of a journal, so that no writer of it can fill the memory.
package struct JournalLimits: Sendable, Equatable {
    /// The number of units with counts of their own; the entries of further ones are counted together.
    package var units: Int
    /// The number of series of events; further ones are counted together, each event by itself.
    package var eventSeries: Int
    /// The length in bytes to which the message of an error is cut.
    package var messageBytes: Int
    /// The number of last errors that are kept of each unit.
    package var errors: Int

    /// The number of bytes of a field that patterns look at, its name included; what is beyond is not seen.
    static let patternFieldBytes = 8192

    package init(units: Int = 1000, eventSeries: Int = 4000, messageBytes: Int = 256, errors: Int = 10) {
        self.units = max(units, 1)
        self.eventSeries = max(eventSeries, 1)
        self.messageBytes = max(messageBytes, 16)
        self.errors = max(errors, 1)
    }
}
