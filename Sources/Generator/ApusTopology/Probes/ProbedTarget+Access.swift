/// As whom, where and how safely a target is asked.
extension ProbedTarget {
    /// The user and the password or token with which a target is asked; nil of what is asked without.
    package func login(in fleet: Fleet) -> (user: String?, secret: ProbeFile)? {
        switch self {
        case .postgreSQL(let name, let user, let password, _), .sql(_, .postgreSQL(let name, let user, let password, _), _):
            let services = fleet.databases.first { $0.name == name }?.user
            let isOther = user != nil && user != services
            let own = ProbeFile.credential(isOther ? "\(name)-\(user ?? "")-password" : "\(name)-password")
            return (user ?? services, password ?? own)
        case .pgBouncer(let name, let user, let password, _):
            let own = user.map { "\(name)-\($0)-password" } ?? "\(name)-stats-password"
            return (user ?? Pooler.statsUser, password ?? .credential(own))
        case .redis(let name, let user, let password, _):
            if let user { return (user, password ?? .credential("\(name)-\(user)-password")) }
            return password.map { (nil, $0) }
        case .rabbitMQ(let name, let management?, _):
            return (management.user, management.password ?? .credential("\(name)-\(management.user)-password"))
        case .http(_, _, _, let login?, _):
            if case .user(let user, _) = login { return (user, login.file) }
            return (nil, login.file)
        case .rabbitMQ, .health, .http, .tcp, .unix, .file, .sql(_, .sqlite, _): return nil
        }
    }

    /// The files that the agent reads to ask: of the password first, then those of TLS.
    package func files(in fleet: Fleet) -> [ProbeFile] {
        let ofTLS =
            switch self {
            case .postgreSQL(_, _, _, let tls), .pgBouncer(_, _, _, let tls), .sql(_, .postgreSQL(_, _, _, let tls), _):
                tls?.files
            case .rabbitMQ(_, _, let tls), .redis(_, _, _, let tls), .http(_, _, _, _, let tls), .tcp(_, _, _, let tls):
                tls?.files
            case .health, .unix, .file, .sql(_, .sqlite, _): nil as [ProbeFile]?
            }
        return (login(in: fleet).map { [$0.secret] } ?? []) + (ofTLS ?? [])
    }

    /// Whether the server shows a certificate, of which the agent tells when it ends.
    package var showsCertificate: Bool {
        switch self {
        case .http(_, let url, _, _, _): url.hasPrefix("https://")
        case .redis(_, _, _, .verified), .rabbitMQ(_, _, .verified), .tcp(_, _, _, .verified): true
        case .postgreSQL, .pgBouncer, .rabbitMQ, .redis, .health, .tcp, .unix, .file, .sql: false
        }
    }

    /// Whether the probe says how its connection is protected, or its URL does.
    var saysHowItIsProtected: Bool {
        switch self {
        case .postgreSQL(_, _, _, let tls), .pgBouncer(_, _, _, let tls), .sql(_, .postgreSQL(_, _, _, let tls), _): tls != nil
        case .rabbitMQ(_, _, let tls), .redis(_, _, _, let tls): tls != nil
        case .http(_, let url, _, _, let tls): tls != nil || url.hasPrefix("https://")
        case .health, .tcp, .unix, .file, .sql(_, .sqlite, _): true
        }
    }

    /// The host that is asked where it is another than the agent's, as its declaration or its URL has it.
    package func otherHost(in fleet: Fleet) -> String? {
        let host: String? =
            switch self {
            case .postgreSQL(let name, _, _, _), .sql(_, .postgreSQL(let name, _, _, _), _):
                fleet.databases.first { $0.name == name }?.host
            case .pgBouncer(let name, _, _, _): fleet.database(behind: name)?.host
            case .rabbitMQ(let name, _, _): fleet.brokers.first { $0.name == name }?.host
            case .redis(let name, _, _, _): fleet.caches.first { $0.name == name }?.host
            case .http(_, let url, _, _, _):
                url.split(separator: "://", maxSplits: 1).last.map { String($0.prefix { !"/:?".contains($0) }) }
            case .tcp(_, let host, _, _): host
            case .health, .unix, .file, .sql(_, .sqlite, _): nil
            }
        // Without a host of its own a part is at that of the fleet, where the agent is.
        guard let host, host != "localhost", !(LegalText.isIPv4(host) && host.hasPrefix("127.")) else { return nil }
        return host
    }
}

extension Fleet {
    /// The other hosts that the agent of the host asks, each once, in order, and whether only their names are known.
    package var probedHosts: [(host: String, isName: Bool)] {
        var seen: Set<String> = []
        return probes.compactMap { $0.target.otherHost(in: self) }.filter { seen.insert($0).inserted }
            .map { ($0, !LegalText.isIPv4($0)) }
    }

    /// The database that a pooler stands before.
    package func database(behind pooler: String) -> Database? { databases.first { $0.pooler?.name == pooler } }
}
