/// The settings that hold for all alerts.
public struct Alerting: FleetPart {
    /// How long a condition must last before its alert fires (`for`).
    public let hold: Duration
    /// The window of rates in rules; nil for the fleet's choice (``Fleet/alertWindow``).
    public let window: Duration?
    /// Where people read the runbooks: what comes before `/NAME.md` in the annotation `runbook_url` of each alert.
    public let runbooks: String
    public let place: SourcePlace

    /// - Parameter runbooks: the beginning of a URL, such as `https://git.example.org/fleet/docs/runbooks`; the default is the path
    ///   of the generated runbooks in the repository.
    public init(
        hold: Duration = .seconds(60), window: Duration? = nil, runbooks: String = "docs/runbooks", fileID: String = #fileID,
        line: Int = #line
    ) {
        self.hold = hold
        self.window = window
        self.runbooks = runbooks
        place = SourcePlace(fileID: fileID, line: line)
    }
}

/// How soon people must act.
public enum Severity: String, CaseIterable, Hashable, Sendable {
    /// Users notice, so that people must act at once.
    case critical
    /// Users will notice soon, so that people must act within the hour.
    case high
    /// People must act within the day.
    case medium
    /// People may act when there is time.
    case low
}

extension Fleet {
    /// What holds for all alerts of the fleet.
    public var alerting: Alerting { part(of: Alerting.self) ?? Alerting() }
}
