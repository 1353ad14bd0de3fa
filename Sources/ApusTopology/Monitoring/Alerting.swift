/// What holds for all alerts.
public struct Alerting: Hashable, Sendable {
    /// How long a condition must last before its alert fires (`for`).
    public let hold: Duration
    /// The window of rates in rules; nil for the fleet's choice (``Fleet/alertWindow``).
    public let window: Duration?
    public let place: SourcePlace

    public init(
        hold: Duration = .seconds(60), window: Duration? = nil, fileID: String = #fileID, line: Int = #line
    ) {
        self.hold = hold
        self.window = window
        place = SourcePlace(fileID: fileID, line: line)
    }
}

/// How soon people must act.
public enum Severity: String, CaseIterable, Hashable, Sendable {
    /// Users notice: at once.
    case critical
    /// Users will notice soon: within the hour.
    case high
    /// Within the day.
    case medium
    /// When there is time.
    case low
}
