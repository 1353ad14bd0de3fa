import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import ExporterCatalog

/// pgbouncer: who waits at it, and what it does with its connections to the server.
struct PoolerSection {
    let fleet: Fleet

    static let variable = DashboardVariable(.instance, of: PgBouncerExporter.Server.up, name: "pooler")
        .narrowing(only: PgBouncerExporter.exporter.families)

    private typealias Pools = PgBouncerExporter.Pools
    private typealias Traffic = PgBouncerExporter.Traffic

    @ListBuilder<PanelRow> var rows: [PanelRow] {
        PanelRow("pgbouncer") { [state, clients, longestWait] }
        PanelRow { [servers, queries, times] }
    }

    private var state: Panel {
        Panel(
            "State of poolers", description: "Whether each pooler answers its exporter.", kind: .stateTimeline, unit: .none,
            width: .quarter
        ) {
            PanelQuery(PgBouncerExporter.Server.up.series.value, legend: "\(.instance)")
        }.saying("up", or: "down")
    }

    private var clients: Panel {
        Panel(
            "Clients of poolers", description: "Clients that are served, those that wait, and how many may connect.",
            unit: .count
        ) {
            PanelQuery(Pools.clientsActive.series.value.sum(by: .label(.database)), legend: "\(.label(.database)): served")
            PanelQuery(Pools.clientsWaiting.series.value.sum(by: .label(.database)), legend: "\(.label(.database)): waiting")
            PanelQuery(PgBouncerExporter.Server.maxClients.series.value.sum(), legend: "most")
        }.overrides(.limitLine("most"))
    }

    private var longestWait: Panel {
        Panel(
            "Longest wait at poolers", description: "How long the client that waits longest has waited, by database.",
            unit: .seconds
        ) {
            PanelQuery(Pools.longestWait.series.value.max(by: .label(.database)), legend: "\(.label(.database))")
        }.thresholds(.limit(of: DatabaseAlerts(fleet: fleet).clientsWaiting))
    }

    private var servers: Panel {
        typealias Key = SeriesKey<PgBouncerExporter.PoolLabels.Key>
        func sum(_ gauge: Gauge<PgBouncerExporter.PoolLabels>) -> InstantVector<NoKey> { gauge.series.value.sum() }
        return Panel(
            "Server connections of poolers", description: "Connections to the database by what they do, stacked.",
            kind: .stackedLines, unit: .count
        ) {
            PanelQuery(sum(Pools.serversActive), legend: "serving a client")
            PanelQuery(sum(Pools.serversIdle), legend: "idle")
            PanelQuery(sum(Pools.serversUsed), legend: "to be checked")
            PanelQuery(sum(Pools.serversTesting), legend: "being checked")
            PanelQuery(sum(Pools.serversLoggingIn), legend: "logging in")
        }
    }

    private func rate(_ counter: Counter<PgBouncerExporter.DatabaseLabels>) -> InstantVector<
        SeriesKey<PgBouncerExporter.DatabaseLabels.Key>
    > { counter.series.rate(over: .rateInterval).sum(by: .label(.database)) }

    private var queries: Panel {
        Panel(
            "Queries through poolers", description: "Queries and transactions per second by database.",
            unit: .operationsPerSecond
        ) {
            PanelQuery(rate(Traffic.queries), legend: "\(.label(.database)): queries")
            PanelQuery(rate(Traffic.transactions), legend: "\(.label(.database)): transactions")
        }
    }

    private var times: Panel {
        Panel(
            "Time of queries through poolers",
            description: "Mean time of a query, and mean wait of a transaction for a connection.", unit: .seconds
        ) {
            PanelQuery(
                rate(Traffic.queryTime) / (rate(Traffic.queries) > 0), legend: "\(.label(.database)): query")
            PanelQuery(
                rate(Traffic.waitTime) / (rate(Traffic.transactions) > 0), legend: "\(.label(.database)): wait")
        }
    }
}
