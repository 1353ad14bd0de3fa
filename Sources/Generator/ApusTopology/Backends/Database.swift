/// A PostgreSQL server of the fleet, with the limits that clients and alerts share.
public struct Database: FleetPart {
    /// The label `instance` of its series, and its host name among containers.
    public let name: String
    /// The major version, as its container image has it.
    public let version: String
    /// The address of the server; nil for the fleet's host.
    public let host: String?
    public let port: Int
    /// The name of the database on the server.
    public let database: String
    /// The role that services connect as; its password is in a file, never in the topology.
    public let user: String
    /// The maximum number of connections of the server (`max_connections`).
    public let maxConnections: Int
    /// The number of connections held back for administrators (`superuser_reserved_connections`).
    public let reservedConnections: Int
    /// What stands between the services and the server; nil when they connect directly.
    public let pooler: Pooler?
    /// The port at which postgres_exporter serves the server's metrics.
    public let exporterPort: Int
    public let limits: ContainerLimits
    public let place: SourcePlace

    public init(
        _ name: String, version: String = "15", host: String? = nil, port: Int = 5432, database: String = "apus",
        user: String = "apus", maxConnections: Int = 100, reservedConnections: Int = 3, pooler: Pooler? = nil,
        exporterPort: Int = 9187, limits: ContainerLimits = ContainerLimits(memory: .mebibytes(1024), cpus: 2),
        fileID: String = #fileID, line: Int = #line
    ) {
        self.name = name
        self.version = version
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.maxConnections = maxConnections
        self.reservedConnections = reservedConnections
        self.pooler = pooler
        self.exporterPort = exporterPort
        self.limits = limits
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension Database {
    public var partName: String? { name }
    public var standsAlone: Bool { false }
}

extension Fleet {
    /// The PostgreSQL servers of the fleet, in order of declaration.
    public var databases: [Database] { parts(of: Database.self) }
}
