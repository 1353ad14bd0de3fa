import ApusDashboards
import ApusPromQL
import ApusTopology

/// The monitoring of PostgreSQL, of pgbouncer before it, and of the pools of its clients.
struct PostgreSQLPack: StandardPack {
    static let subject = StandardPacks.Subject.databases
    let concern = "database"

    func alerts(in fleet: Fleet) -> [Alert] { DatabaseAlerts(fleet: fleet).all }

    func inhibitions(in fleet: Fleet) -> [Inhibition] {
        [
            Inhibition(
                of: [.poolExhausted, .slowPool, .tooManyDatabaseConnections, .poolerClientsWait, .highRequestErrorRatio],
                while: [.databaseDown, .poolerDown]),
            Inhibition(
                of: [.databaseConnectionsNearLimit, .deadlocks, .longTransaction, .replicationSlotBehind],
                while: [.databaseDown], equal: [TargetKey.service, .instance]),
        ]
    }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        FleetDashboard.database.ifPart(of: fleet) { DatabaseDashboard(fleet: fleet).dashboard }
    }
}

extension FleetDashboard {
    static let database = FleetDashboard("database", ofStandard: PostgreSQLPack.self) {
        $0.records(.pool) || !$0.databases.isEmpty
    }
}
