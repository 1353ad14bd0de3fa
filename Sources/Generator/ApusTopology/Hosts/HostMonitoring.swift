/// node_exporter on the fleet's hosts.
public struct HostMonitoring: FleetPart {
    public let exporterPort: Int
    public let place: SourcePlace

    public init(exporterPort: Int = 9100, fileID: String = #fileID, line: Int = #line) {
        self.exporterPort = exporterPort
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension Fleet {
    /// What watches the fleet's hosts; nil when nobody does.
    public var hostMonitoring: HostMonitoring? { part(of: HostMonitoring.self) }
}
