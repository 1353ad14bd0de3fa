public import ApusMetrics

/// What the agent counts of the systemd journal. Counts go on over the agent's restarts.
public enum Journal: MetricSubsystem {
    public static let messages = Counter<JournalMessageLabels>(
        "journal_messages_total",
        "Journal entries, by the unit that wrote them and their priority; no unit: the kernel's and others.")
    public static let lastError = Gauge<UnitLabels>(
        "journal_last_error_timestamp_seconds",
        "Time of the unit's last journal entry of priority err or graver, in seconds since the Unix epoch.")
    public static let suppressed = Counter<UnitLabels>(
        "journal_messages_suppressed_total", "Messages of the unit that journald's rate limit dropped.")
    public static let kernelMissed = Counter<NoLabels>(
        "journal_kernel_messages_missed_total", "Times that journald came too late for messages of the kernel.")
    public static let missing = Counter<NoLabels>(
        "journal_entries_missing_total",
        "Entries that were written but never counted, by their sequence numbers: vacuumed before, or in a damaged part of a file."
    )
    public static let unreadable = Counter<NoLabels>(
        "journal_fields_unreadable_total", "Fields of entries that damage or an unknown compression kept from being read.")

    public static let title = "The journal"
    public static let origin = MetricOrigin.host
    public static let families = [
        messages.family, lastError.family, suppressed.family, kernelMissed.family, missing.family, unreadable.family,
    ]
}

/// The agent's following of the journal.
public enum JournalFollowing: MetricSubsystem {
    public static let up = Gauge<NoLabels>(
        "apus_journal_up",
        "1 while the journal is open, has files, and all that was written up to the agent's start is counted.")
    public static let age = Gauge<NoLabels>(
        "apus_journal_age_seconds", "Seconds since the agent last looked for new entries; it looks every five seconds at least."
    )
    public static let lag = Gauge<NoLabels>(
        "apus_journal_lag_seconds", "Age of the newest counted entry while there are later ones; 0 once all are counted.")
    public static let droppedLogs = Counter<NoLabels>(
        "apus_agent_log_messages_dropped_total", "Messages of the agent's own log that journald did not take in time.")

    public static let files = Gauge<JournalFileLabels>(
        "apus_journal_files",
        "Files of the journal by what becomes of them: read, damaged, unreadable (not permitted), or excess (more than are read)."
    )
    public static let unitsLeft = Counter<NoLabels>(
        "apus_journal_units_left_total", "Silent units whose series ended, to make room for others.")
    public static let unitsFull = Gauge<NoLabels>(
        "apus_journal_units_full",
        "1 while entries of units are counted together, under <other> or a template, because all places are taken by units that are not "
            + "silent."
    )

    public static let namesLeft = Counter<JournalKindLabels>(
        "apus_journal_names_left_total",
        "Silent containers, user units and identifiers whose series ended, to make room for others.")
    public static let namesFull = Gauge<JournalKindLabels>(
        "apus_journal_names_full",
        "1 while entries of containers, user units or identifiers are counted together under <other>, because all places, or those of "
            + "one user, are taken by names that are not silent.")

    public static let patternDrops = Counter<JournalPatternLabels>(
        "apus_journal_pattern_entries_dropped_total", "Entries that matched a pattern and would have made one series too many.")
    public static let patternFailures = Counter<JournalPatternLabels>(
        "apus_journal_pattern_failures_total",
        "Entries of which a pattern's match was given up, or whose value was no number.")

    public static let title = "The following of the journal"
    public static let origin = MetricOrigin.host
    public static let families = [
        up.family, age.family, lag.family, files.family, unitsLeft.family, unitsFull.family, namesLeft.family,
        namesFull.family, droppedLogs.family,
        patternDrops.family, patternFailures.family,
    ]
}

public struct JournalPatternLabels: LabelSet {
    public enum Key: String, LabelKey { case pattern }
    /// The name of the pattern's family.
    public let pattern: String
    public init(pattern: String) { self.pattern = pattern }
    public subscript(key: Key) -> String { pattern }
}

public struct JournalKindLabels: LabelSet {
    public enum Key: String, LabelKey { case kind }
    /// `container`, `user_unit` or `identifier`.
    public let kind: String
    public init(kind: String) { self.kind = kind }
    public subscript(key: Key) -> String { kind }
}

public struct JournalFileLabels: LabelSet {
    public enum Key: String, LabelKey { case state }
    public let state: String
    public init(state: String) { self.state = state }
    public subscript(key: Key) -> String { state }
}

public struct JournalMessageLabels: LabelSet {
    public enum Key: String, LabelKey { case unit, priority }
    public let unit: String
    /// syslog's keyword: emerg, alert, crit, err, warning, notice, info, debug; `none` of an entry without one.
    public let priority: String
    public init(unit: String, priority: String) {
        self.unit = unit
        self.priority = priority
    }
    public subscript(key: Key) -> String {
        switch key {
        case .unit: unit
        case .priority: priority
        }
    }
}
