import ApusTopology

/// Where a service finds the first database, broker and cache of its fleet, without passwords: variables by the names that their
/// clients' libraries have for them.
struct BackendVariables {
    let fleet: Fleet
    let network: FleetNetwork

    var pairs: [(String, String)] {
        var pairs: [(String, String)] = []
        if let database = fleet.databases.first {
            let endpoint = fleet.poolerEndpoint(of: database) ?? fleet.endpoint(of: database)
            pairs += [
                ("PGHOST", network.host(of: endpoint)), ("PGPORT", "\(endpoint.port)"), ("PGDATABASE", database.database),
                ("PGUSER", database.user),
            ]
        }
        if let broker = fleet.brokers.first {
            pairs.append(("AMQP_URL", "amqp://\(broker.user)@\(network.address(of: fleet.endpoint(of: broker)))"))
        }
        if let cache = fleet.caches.first {
            pairs.append(("REDIS_URL", "redis://\(network.address(of: fleet.endpoint(of: cache)))"))
        }
        return pairs
    }
}
