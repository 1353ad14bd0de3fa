/// A pgbouncer in front of a database: many clients on few connections.
public struct Pooler: Hashable, Sendable {
    /// When a server connection goes back to the pool; the raw values are pgbouncer's.
    public enum Mode: String, CaseIterable, Hashable, Sendable {
        case session, transaction, statement
    }

    /// The label `instance` of its series, and its host name among containers.
    public let name: String
    public let port: Int
    public let mode: Mode
    /// The number of server connections of one pair of database and user.
    public let poolSize: Int
    /// The number of further server connections while clients have waited for some seconds.
    public let reserve: Int
    /// The maximum number of clients of all pools together (`max_client_conn`).
    public let maxClients: Int
    /// The port at which pgbouncer_exporter serves its metrics.
    public let exporterPort: Int
    public let place: SourcePlace

    public init(
        _ name: String = "pgbouncer", port: Int = 6432, mode: Mode = .transaction, poolSize: Int = 20, reserve: Int = 5,
        maxClients: Int = 200, exporterPort: Int = 9127, fileID: String = #fileID, line: Int = #line
    ) {
        self.name = name
        self.port = port
        self.mode = mode
        self.poolSize = poolSize
        self.reserve = reserve
        self.maxClients = maxClients
        self.exporterPort = exporterPort
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension Pooler {
    /// The role of pgbouncer that may look at the console and change nothing; its password is in a file, as that of every other.
    package static let statsUser = "apus-stats"
}
