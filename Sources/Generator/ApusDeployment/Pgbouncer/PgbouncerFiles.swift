package import ApusFiles
package import ApusTopology

/// `deploy/pgbouncer/…`: the configuration of each pooler on its host.
package func pgbouncerFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    pgbouncerConfigurations(for: try fleet.deployed(), network: .host, folder: "deploy/pgbouncer")
}

/// One configuration a pooler.
func pgbouncerConfigurations(for fleet: Fleet, network: FleetNetwork, folder: String) -> [GeneratedFile] {
    fleet.databases.compactMap { database in
        database.pooler.map { pooler in
            let configuration = PgbouncerConfiguration(fleet: fleet, database: database, pooler: pooler, network: network)
            return configuration.text.file("\(folder)/\(pgbouncerConfigurationName(of: pooler, in: fleet))")
        }
    }
}

/// The name of the file of a pooler, which is the only one in most fleets.
func pgbouncerConfigurationName(of pooler: Pooler, in fleet: Fleet) -> String {
    fleet.databases.count { $0.pooler != nil } == 1 ? "pgbouncer.ini" : "pgbouncer-\(pooler.name).ini"
}
