/// One process of a service.
public struct Instance: Hashable, Sendable {
    /// The value of the label `instance`; unique in the fleet.
    public let name: String
    /// Where it answers requests; nil when it does not.
    public let port: Int?
    /// Where its agent serves its metrics when agents stand beside each instance; unused with one agent a host.
    public let metricsPort: Int
    public let place: SourcePlace

    public init(_ name: String, port: Int? = nil, metricsPort: Int, fileID: String = #fileID, line: Int = #line) {
        self.name = name
        self.port = port
        self.metricsPort = metricsPort
        place = SourcePlace(fileID: fileID, line: line)
    }
}
