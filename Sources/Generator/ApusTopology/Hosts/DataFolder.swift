/// The names of a fleet's files in its data folder.
public struct DataFolder: FleetPart {
    /// The name of the file in which services keep their data while the fleet has no server for it.
    public let database: String
    /// The name of agents' report sockets, without its ending.
    public let agentSocketStem: String
    public let place: SourcePlace

    public init(
        database: String = "store.sqlite", agentSocketStem: String = "agent", fileID: String = #fileID,
        line: Int = #line
    ) {
        self.database = database
        self.agentSocketStem = agentSocketStem
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// The name of an agent's socket: `agent.sock`, or `agent-worker-1.sock` for an agent beside one instance.
    package func agentSocket(of instance: String?) -> String {
        instance.map { "\(agentSocketStem)-\($0).sock" } ?? "\(agentSocketStem).sock"
    }
}

extension Fleet {
    /// The names of the fleet's files in its data folder.
    public var data: DataFolder { part(of: DataFolder.self) ?? DataFolder() }
}
