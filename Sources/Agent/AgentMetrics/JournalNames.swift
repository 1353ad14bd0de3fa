public import ApusMetrics

/// What the agent counts of the journal besides by unit of the system: by container, by unit of a user's manager, and by identifier.
public enum JournalNames: MetricSubsystem {
    public static let containers = Counter<JournalContainerLabels>(
        "journal_container_messages_total",
        "Journal entries of a container, by its name and their priority; with the number of the user, of containers that are not root's."
    )
    public static let userUnits = Counter<JournalUserUnitMessageLabels>(
        "journal_user_unit_messages_total",
        "Journal entries by the unit of a user's service manager that wrote them, the user's number, and their priority.")
    public static let identifiers = Counter<JournalIdentifierLabels>(
        "journal_identifier_messages_total",
        "Journal entries of no service, by the identifier that their writer gave and their priority; with the number of the user, "
            + "where that was not root.")
    public static let userUnitStarts = Counter<UserUnitLabels>(
        "journal_user_unit_starts_total", "Start jobs of the user's unit that were done.")
    public static let userUnitStartFailures = Counter<UserUnitLabels>(
        "journal_user_unit_start_failures_total", "Start jobs of the user's unit that failed.")
    public static let userUnitExits = Counter<UserUnitExitLabels>(
        "journal_user_unit_exits_total",
        "Ends of the user's unit by cause: success, or the result of the failure as the user's manager has it.")
    public static let userUnitRestarts = Counter<UserUnitLabels>(
        "journal_user_unit_restarts_scheduled_total",
        "Automatic restarts of the user's unit that the user's manager has scheduled.")

    public static let title = "Containers, user units and identifiers in the journal"
    public static let origin = MetricOrigin.host
    public static let families = [
        containers.family, userUnits.family, identifiers.family, userUnitStarts.family, userUnitStartFailures.family,
        userUnitExits.family, userUnitRestarts.family,
    ]
}

public struct JournalContainerLabels: LabelSet {
    public enum Key: String, LabelKey { case uid, container, priority }
    /// The number of the user who wrote the entries; empty of root.
    public let uid: String
    public let container: String
    /// syslog's keyword, as of ``JournalMessageLabels/priority``.
    public let priority: String
    public init(uid: String, container: String, priority: String) {
        self.uid = uid
        self.container = container
        self.priority = priority
    }
    public subscript(key: Key) -> String {
        switch key {
        case .uid: uid
        case .container: container
        case .priority: priority
        }
    }
}

public struct JournalUserUnitMessageLabels: LabelSet {
    public enum Key: String, LabelKey { case uid, unit, priority }
    /// The number of the user whose manager has the unit.
    public let uid: String
    public let unit: String
    /// syslog's keyword, as of ``JournalMessageLabels/priority``.
    public let priority: String
    public init(uid: String, unit: String, priority: String) {
        self.uid = uid
        self.unit = unit
        self.priority = priority
    }
    public subscript(key: Key) -> String {
        switch key {
        case .uid: uid
        case .unit: unit
        case .priority: priority
        }
    }
}

public struct JournalIdentifierLabels: LabelSet {
    public enum Key: String, LabelKey { case uid, identifier, priority }
    /// The number of the user who wrote the entries; empty of root and of the kernel.
    public let uid: String
    public let identifier: String
    /// syslog's keyword, as of ``JournalMessageLabels/priority``.
    public let priority: String
    public init(uid: String, identifier: String, priority: String) {
        self.uid = uid
        self.identifier = identifier
        self.priority = priority
    }
    public subscript(key: Key) -> String {
        switch key {
        case .uid: uid
        case .identifier: identifier
        case .priority: priority
        }
    }
}

/// A unit of a user's service manager, as the labels of a series.
public struct UserUnitLabels: LabelSet {
    public enum Key: String, LabelKey { case uid, unit }
    /// The number of the user whose manager has the unit.
    public let uid: String
    public let unit: String
    public init(uid: String, unit: String) {
        self.uid = uid
        self.unit = unit
    }
    public subscript(key: Key) -> String {
        switch key {
        case .uid: uid
        case .unit: unit
        }
    }
}

public struct UserUnitExitLabels: LabelSet {
    public enum Key: String, LabelKey { case uid, unit, cause }
    /// The number of the user whose manager has the unit.
    public let uid: String
    public let unit: String
    public let cause: String
    public init(uid: String, unit: String, cause: String) {
        self.uid = uid
        self.unit = unit
        self.cause = cause
    }
    public subscript(key: Key) -> String {
        switch key {
        case .uid: uid
        case .unit: unit
        case .cause: cause
        }
    }
}
