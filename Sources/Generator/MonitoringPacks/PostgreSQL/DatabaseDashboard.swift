import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import ExporterCatalog

/// From the services' connection pools over the pooler to the database.
struct DatabaseDashboard {
    let fleet: Fleet

    var dashboard: Dashboard {
        let hasPools = fleet.records(.pool)
        let hasServers = !fleet.databases.isEmpty
        let hasPoolers = fleet.databases.contains { $0.pooler != nil }
        return fleet.dashboard(
            .database, title: "Database and pool", description: "Connections of the \(fleet.name) fleet to its databases.",
            variables: (hasPools ? [instance] : []) + (hasServers ? [DatabaseServerSection.variable] : [])
                + (hasPoolers ? [PoolerSection.variable] : [])
        ) {
            if hasPools {
                PanelRow("Pools of services") { [connections, share, wait] }
                PanelRow { [fleetConnections, waitHeatmap] }
            }
            if hasPoolers { PoolerSection(fleet: fleet).rows }
            if hasServers { DatabaseServerSection(fleet: fleet).rows }
        }
    }

    private let instance = DashboardVariable(.instance, of: ConnectionPool.maxConnections).narrowing(
        only: MetricCatalog.families)
    private let waits = ConnectionPool.waitTime.series.bucketRates(over: .rateInterval)

    private var connections: Panel {
        Panel(
            "Connections of pools",
            description: "Connections of all chosen pools by state, stacked up to the most they may open.",
            kind: .stackedLines, unit: .count
        ) {
            PanelQuery(ConnectionPool.connections.series.value.sum(by: .label(.state)), legend: "\(.label(.state))")
            PanelQuery(ConnectionPool.maxConnections.series.value.sum(), legend: "most")
        }.overrides(.limitLine("most"))
    }

    private var share: Panel {
        Panel(
            "Use of pools", description: "Connections in use among those that each process may open.", unit: .ratio
        ) {
            if let share = ResourceAlerts.poolShare(in: fleet) { PanelQuery(share, legend: "\(.instance)") }
        }.range(from: 0, to: 1).thresholds(.most(fleet.thresholds[Threshold.poolUse].value)).linkedToInstance(of: fleet)
    }

    private var wait: Panel {
        Panel(
            "Wait for a connection",
            description: "Time that callers wait for a connection of their pool, 95th percentile by process.",
            unit: .seconds
        ) {
            PanelQuery(waits.sum(by: .instance).quantile(0.95), legend: "\(.instance)")
        }.thresholds(.limit(of: ResourceAlerts(fleet: fleet).slowPool)).linkedToInstance(of: fleet)
    }

    private var fleetConnections: Panel {
        Panel(
            "Connections of processes",
            description:
                "Open database connections of each \(fleet.countsByServers ? "server, as it counts them itself" : "process"), stacked up to the fleet's.",
            kind: .stackedLines, unit: .count
        ) {
            PanelQuery(FleetQueries.openConnections(in: fleet), legend: "\(.instance)")
        }.thresholds(.limit(of: ResourceAlerts(fleet: fleet).tooManyConnections)).linkedToInstance(of: fleet)
    }

    private var waitHeatmap: Panel {
        waits.heatmap("Spread of waits", description: "How many callers waited how long for a connection of their pool.")
    }
}
