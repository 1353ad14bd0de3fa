/// Which alerts go to which receiver; the first that fits takes an alert.
public struct Route: Hashable, Sendable {
    /// Empty: of any severity.
    public let severities: [Severity]
    /// Nil: of any service.
    public let service: String?
    public let receiver: String
    /// Nil: as the routing has it.
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
