/// What a follower counts and where it keeps that.
package struct JournalFollowerConfiguration: Sendable {
    package enum Beginning: Sendable {
        /// Counts what comes from the first start on.
        case end
        /// Counts what is there already, too.
        case beginning
    }

    package var source: JournalSource
    /// File of the cursor and the counts; its folder must exist.
    package var statePath: String
    /// Units whose entries count; `nil`: all, and those of no unit.
    package var units: Set<String>?
    /// Where the first start begins, that is one without a state file.
    package var beginning: Beginning
    package var limits: JournalLimits
    /// What is counted besides, of all units.
    package var patterns: [JournalPattern]
    /// How long after a change the state is saved at the latest: what a kill makes the next start read again.
    package var saveInterval: Duration

    package init(
        source: JournalSource = .system, statePath: String, units: Set<String>? = nil, beginning: Beginning = .end,
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
