import ApusTopology

/// The files with passwords that the containers of a fleet read: never in the topology, nor in a generated file.
enum ComposeSecrets {
    static let grafanaPassword = "grafana-password"
    /// Where containers find them.
    static let folder = "/run/secrets"

    static func password(of database: Database) -> String { "\(database.name)-password" }
    /// Of all users that may connect, in pgbouncer's own format.
    static func userList(of pooler: Pooler) -> String { "\(pooler.name)-userlist" }
    /// A line of `.pgpass`.
    static func statsPassword(of pooler: Pooler) -> String { "\(pooler.name)-stats-pgpass" }
    /// `default_user` and `default_pass` as lines of rabbitmq.conf.
    static func login(of broker: Broker) -> String { "\(broker.name)-login" }

    static func mount(_ name: String) -> ComposeService.SecretMount { .init(source: name, target: name) }

    /// Files that a configuration names, each at its own path.
    static func mounts(of paths: [String]) -> [ComposeService.SecretMount] {
        paths.map { .init(source: name(of: $0), target: $0) }
    }

    /// The last part of a path.
    static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The files that Alertmanager reads, in order, each once.
    static func files(of routing: Routing) -> [String] {
        var seen: Set<String> = []
        return routing.receivers.flatMap(\.ways).compactMap { way -> String? in
            switch way {
            case .webhook: nil
            case .email(_, _, _, _, let file), .pagerDuty(let file), .slack(_, let file): file
            }
        }.filter { seen.insert($0).inserted }
    }

    /// All names, in order, each once.
    static func names(of fleet: Fleet) -> [String] {
        let servers =
            fleet.databases.flatMap { database in
                [password(of: database)] + (database.pooler.map { [userList(of: $0), statsPassword(of: $0)] } ?? [])
            } + fleet.brokers.map(login)
        let files =
            (fleet.declaresRouting ? files(of: fleet.routing) : []) + fleet.scraping.remoteWrite.compactMap(\.passwordFile)
        let ofProbes = fleet.probeFiles.map(\.secretName)
        var seen: Set<String> = []
        return (servers + files.map(name) + ofProbes + [grafanaPassword]).filter { seen.insert($0).inserted }
    }
}
