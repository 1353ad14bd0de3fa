import ApusLimits

/// What a follower counts and where it keeps that.
package struct JournalFollowerConfiguration: Sendable {
    package enum Beginning: Sendable {
        /// Counts what comes from the first start on.
        case end
        /// Counts what is there already, too.
        case beginning
    }

    /// The journal that is followed, where ``namespaces`` does not say more.
    package var source: JournalOrigin
    /// The namespaces that are followed, each by a follower of its own; `nil` for ``source`` alone.
    package var namespaces: JournalNamespaces?
    /// The file of the cursor and the counts; its folder must exist.
    package var statePath: String
    /// The state's file of earlier versions, which had one name for whichever journal; `nil` where there cannot be one.
    var formerStatePath: String?
    /// How many followers share what the process has of descriptors.
    var followers = 1
    /// The units whose entries count; `nil` for all entries, also those of no unit.
    package var units: Set<String>?
    /// The units with counts under their own names: those without a glob always, those that one matches while there are places.
    package var watched: [UnitPattern]
    /// The place at which a start without a state file begins.
    package var beginning: Beginning
    package var limits: JournalLimits
    /// Which names are counted.
    package var choice = JournalChoice()
    /// What is counted besides, of all units.
    package var patterns: [JournalPattern]
    /// How long after a change the state is saved at the latest: what a kill makes the next start read again.
    package var saveInterval: Duration
    /// The time between two looks for new files while the kernel tells of none.
    package var unwatchedLook = JournalFollowingLimits.unwatchedLook.value

    package init(
        source: JournalOrigin = .system, statePath: String, units: Set<String>? = nil, watched: [UnitPattern] = [],
        beginning: Beginning = .end, limits: JournalLimits = JournalLimits(), patterns: [JournalPattern] = [],
        saveInterval: Duration = .seconds(5)
    ) {
        self.source = source
        self.statePath = statePath
        self.units = units
        self.watched = watched
        self.beginning = beginning
        self.limits = limits
        self.patterns = patterns
        self.saveInterval = saveInterval
    }
}

/// The bounds of what is kept of a journal, as ``JournalFollowingLimits`` has them by default.
package struct JournalLimits: Sendable, Equatable {
    /// The number of units with counts of their own; the entries of further ones are counted together.
    package var units: Int
    /// The number of containers, of user units and of identifiers with counts of their own; of a user who is not root a quarter.
    package var names: Int
    /// The silence after which a unit gives its place to one that has none.
    package var idle: Duration
    /// The number of series of events; further ones are counted together, each event by itself.
    package var eventSeries: Int
    /// The length in bytes to which the message of an error is cut.
    package var messageBytes: Int
    /// The number of last errors that are kept of each unit.
    package var errors: Int

    package init(
        units: Int = JournalFollowingLimits.units.value, idle: Duration = JournalFollowingLimits.idle.value,
        eventSeries: Int = JournalFollowingLimits.eventSeries.value, names: Int = JournalFollowingLimits.names.value,
        messageBytes: Int = JournalFollowingLimits.message.value.bytes, errors: Int = JournalFollowingLimits.errors.value
    ) {
        self.units = max(units, 1)
        self.names = max(names, 1)
        self.idle = max(idle, .zero)
        self.eventSeries = max(eventSeries, 1)
        self.messageBytes = max(messageBytes, 16)
        self.errors = max(errors, 1)
    }

    /// The bounds of one of several namespaces that are followed: a quarter of the places for units, half of those for other names.
    var ofNamespace: JournalLimits {
        var limits = self
        limits.units = max(units / 4, 1)
        limits.names = max(names / 2, 1)
        limits.eventSeries = max(eventSeries / 4, 1)
        return limits
    }

    /// The number of names of a kind with counts of their own.
    func names(_ kind: JournalNameKind) -> Int { kind == .unit ? units : names }
}
