/// Which alerts go to which receiver; the first that fits takes an alert.
public struct Route: Hashable, Sendable {
    /// The severities of the alerts that the route takes; empty for any.
    public let severities: [Severity]
    /// The service whose alerts the route takes; nil for any.
    public let service: String?
    public let receiver: String
    /// The time between two messages about what has not changed; nil for that of the ``Routing``.
    public let repeatInterval: Duration?
    public let place: SourcePlace

    public init(
        severity severities: Severity..., service: String? = nil, to receiver: String, repeatInterval: Duration? = nil,
        fileID: String = #fileID, line: Int = #line
    ) {
        self.severities = severities
        self.service = service
        self.receiver = receiver
        self.repeatInterval = repeatInterval
        place = SourcePlace(fileID: fileID, line: line)
    }
}
