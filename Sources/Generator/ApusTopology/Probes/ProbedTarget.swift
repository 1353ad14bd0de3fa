package import AgentMetrics

/// What a ``FleetProbe`` asks. A part of the fleet is named as it is declared; whatever is not of the fleet gets a name first.
public enum ProbedTarget: Hashable, Sendable {
    /// A ``Database``: its connections, sizes, transactions and replication.
    ///
    /// Without a user it is that of the services. Without a password that is the credential `NAME-password`, which Docker Compose has for
    /// the server anyway, or `NAME-USER-password` of another user.
    case postgreSQL(String, user: String? = nil, password: ProbePassword? = nil)
    /// A ``Pooler``: its pools and lists.
    ///
    /// Without a user it is the one of `pgbouncer.ini` that may look and change nothing; the password of that is the credential
    /// `NAME-stats-password`.
    case pgBouncer(String, user: String? = nil, password: ProbePassword? = nil)
    /// A ``Broker``, by its Prometheus plugin, which asks for no password.
    case rabbitMQ(String)
    /// A ``Cache``.
    case redis(String, password: ProbePassword? = nil)
    /// The health of each instance of a ``FleetService`` that has a port, at its path of readiness (``HealthPaths/ready``).
    case health(of: String)
    /// A page over HTTP that is not of the fleet.
    case http(String, url: String)
    /// A port of TCP that should take connections.
    case tcp(String, host: String, port: Int)
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
        case .postgreSQL(let name, _, _), .pgBouncer(let name, _, _), .rabbitMQ(let name), .redis(let name, _),
            .health(let name), .http(let name, _), .tcp(let name, _, _), .unix(let name, _), .file(let name, _, _),
            .sql(let name, _, _):
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
    /// A ``Database``, with the user and password as of ``ProbedTarget/postgreSQL(_:user:password:)``. The user should be none that may
    /// write.
    case postgreSQL(String, user: String? = nil, password: ProbePassword? = nil)
}

/// Where the password of a probe is: in a file, as no password is in a topology.
public enum ProbePassword: Hashable, Sendable {
    /// A credential of the agent's unit: systemd looks for a file of its name in `/etc/credstore` and `/run/credstore`. Docker Compose has
    /// a secret of that name.
    case credential(String)
    /// A file by its absolute path, which the agent's user may read. Docker Compose has a secret of its last part.
    case file(String)

    /// The name of the secret of Docker Compose.
    package var secretName: String {
        switch self {
        case .credential(let name): name
        case .file(let path): path.split(separator: "/").last.map(String.init) ?? path
        }
    }
}

extension ProbedTarget {
    /// The user and the password with which a fleet's part is asked; nil of what is asked without.
    package func login(in fleet: Fleet) -> (user: String?, password: ProbePassword)? {
        switch self {
        case .postgreSQL(let name, let user, let password), .sql(_, .postgreSQL(let name, let user, let password), _):
            let services = fleet.databases.first { $0.name == name }?.user
            let isOther = user != nil && user != services
            let own = ProbePassword.credential(isOther ? "\(name)-\(user ?? "")-password" : "\(name)-password")
            return (user ?? services, password ?? own)
        case .pgBouncer(let name, let user, let password):
            let own = user.map { "\(name)-\($0)-password" } ?? "\(name)-stats-password"
            return (user ?? Pooler.statsUser, password ?? .credential(own))
        case .redis(_, let password): return password.map { (nil, $0) }
        default: return nil
        }
    }
}

extension Fleet {
    /// The passwords that the agent of the host reads, each once, in order.
    package var probePasswords: [ProbePassword] {
        var seen: Set<ProbePassword> = []
        return probes.compactMap { $0.target.login(in: self)?.password }.filter { seen.insert($0).inserted }
    }

    /// The database that a pooler stands before.
    package func database(behind pooler: String) -> Database? { databases.first { $0.pooler?.name == pooler } }
}
