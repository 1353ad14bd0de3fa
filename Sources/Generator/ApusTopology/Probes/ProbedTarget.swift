package import AgentMetrics

/// What a ``FleetProbe`` asks. A part of the fleet is named as it is declared; whatever is not of the fleet gets a name first.
public enum ProbedTarget: Hashable, Sendable {
    /// A ``Database``: its connections, sizes, transactions and replication.
    ///
    /// Without a user it is that of the services. Without a password that is the credential `NAME-password`, which Docker Compose has for
    /// the server anyway, or `NAME-USER-password` of another user. A server of another host needs a word on TLS.
    case postgreSQL(String, user: String? = nil, password: ProbeFile? = nil, tls: DatabaseTLS? = nil)
    /// A ``Pooler``: its pools and lists.
    ///
    /// Without a user it is the one of `pgbouncer.ini` that may look and change nothing; the password of that is the credential
    /// `NAME-stats-password`. A server of another host needs a word on TLS.
    case pgBouncer(String, user: String? = nil, password: ProbeFile? = nil, tls: DatabaseTLS? = nil)
    /// A ``Broker``, by its Prometheus plugin, which asks for no password, or by its management.
    case rabbitMQ(String, management: BrokerManagement? = nil, tls: ProbedTLS? = nil)
    /// A ``Cache``; without a user it is the one that Redis calls `default`.
    case redis(String, user: String? = nil, password: ProbeFile? = nil, tls: ProbedTLS? = nil)
    /// The health of each instance of a ``FleetService`` that has a port, at its path of readiness (``HealthPaths/ready``).
    case health(of: String)
    /// A page over HTTP that is not of the fleet. Without codes it is well with all that begin with 2.
    case http(String, url: String, status: [ProbedStatus] = [], login: ProbedLogin? = nil, tls: ProbedTLS? = nil)
    /// A port of TCP that should take connections and, with TLS, agree on it: its certificate is then watched too.
    case tcp(String, host: String, port: Int, tls: ProbedTLS? = nil)
    /// A Unix socket of the host that should take connections, by its absolute path.
    case unix(String, path: String)
    /// The newest of the files that a path names, or a glob in its last part, and the age at which it is too old: of a backup, or of what
    /// a job writes when it has ended.
    case file(String, at: String, olderThan: Duration)
    /// Gauges by queries of a store.
    case sql(String, in: SQLStore, gauges: [SQLGauge])

    /// The name of the part, or that of what is not of the fleet.
    public var name: String {
        switch self {
        case .postgreSQL(let name, _, _, _), .pgBouncer(let name, _, _, _), .rabbitMQ(let name, _, _),
            .redis(let name, _, _, _), .health(let name), .http(let name, _, _, _, _), .tcp(let name, _, _, _),
            .unix(let name, _),
            .file(let name, _, _), .sql(let name, _, _):
            name
        }
    }

    /// The key in the agent's file, and the label `probe`.
    package var kind: ProbeKind {
        switch self {
        case .postgreSQL: .postgresql
        case .pgBouncer: .pgbouncer
        case .rabbitMQ: .rabbitmq
        case .redis: .redis
        case .health, .http: .http
        case .tcp: .tcp
        case .unix: .unix
        case .file: .file
        case .sql: .sql
        }
    }

    /// The library that the agent must find on its host or in its image; nil of what it asks without one.
    package var library: ProbeLibrary? {
        switch self {
        case .postgreSQL, .pgBouncer, .sql(_, .postgreSQL, _): .postgresql
        case .sql(_, .sqlite, _): .sqlite
        case .rabbitMQ, .redis, .health, .http, .tcp, .unix, .file: nil
        }
    }

    /// The path on the host that is looked at; nil of what is asked over the network.
    package var path: String? {
        switch self {
        case .unix(_, let path), .file(_, let path, _), .sql(_, .sqlite(let path), _): path
        default: nil
        }
    }
}

/// Where queries of a probe go to.
public enum SQLStore: Hashable, Sendable {
    /// A file of SQLite on the host, by its absolute path. The agent's user must be allowed to read it.
    case sqlite(String)
    /// A ``Database``, with the user, password and TLS as of ``ProbedTarget/postgreSQL(_:user:password:tls:)``. The user should be none
    /// that may write.
    case postgreSQL(String, user: String? = nil, password: ProbeFile? = nil, tls: DatabaseTLS? = nil)
}
