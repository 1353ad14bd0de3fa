import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import ExporterCatalog

/// PostgreSQL: connections, transactions, what blocks them, storage and replication.
struct DatabaseServerSection {
    let fleet: Fleet

    static let variable = DashboardVariable(.instance, of: PostgresExporter.Server.up, name: "database")
        .narrowing(only: PostgresExporter.exporter.families)

    private typealias Activity = PostgresExporter.Activity
    private typealias Database = PostgresExporter.Database
    private typealias Checkpoints = PostgresExporter.Checkpoints
    private typealias Replication = PostgresExporter.Replication
    private typealias Queries = PostgresExporter.Queries

    @ListBuilder<PanelRow> var rows: [PanelRow] {
        PanelRow("PostgreSQL") { [state, connections, connectionShare] }
        PanelRow { [transactions, longestTransaction, locks] }
        PanelRow { [deadlocks, cacheHits, rowsChanged] }
        PanelRow("Storage of PostgreSQL") { [size, checkpoints, buffers] }
        PanelRow { [transactionAge, deadRows, temporary] }
        PanelRow("Replication of PostgreSQL") { [standbyLag, replayLag, slotLag] }
    }

    private func rate(_ counter: Counter<PostgresExporter.DatabaseLabels>) -> InstantVector<
        SeriesKey<PostgresExporter.DatabaseLabels.Key>
    > { counter.series.rate(over: .rateInterval).sum(by: .label(.database)) }

    private func rate(_ counter: Counter<PostgresExporter.ServerLabels>) -> InstantVector<
        SeriesKey<PostgresExporter.ServerLabels.Key>
    > { counter.series.rate(over: .rateInterval).sum(by: .instance) }

    // MARK: - Connections and transactions

    private var state: Panel {
        Panel(
            "State of databases", description: "Whether each server answers its exporter.", kind: .stateTimeline, unit: .none,
            width: .quarter
        ) {
            PanelQuery(PostgresExporter.Server.up.series.value, legend: "\(.instance)")
        }.saying("up", or: "down")
    }

    private var connections: Panel {
        Panel(
            "Connections of databases", description: "Connections by state, stacked up to what the servers take.",
            kind: .stackedLines, unit: .count
        ) {
            PanelQuery(Activity.connections.series.value.sum(by: .label(.state)), legend: "\(.label(.state))")
            PanelQuery(PostgresExporter.Settings.maxConnections.series.value.sum(), legend: "most")
        }.overrides(.limitLine("most"))
    }

    private var connectionShare: Panel {
        Panel(
            "Use of connections", description: "Open connections among those that a server takes from all but administrators.",
            unit: .ratio
        ) {
            PanelQuery(DatabaseAlerts.connectionShare, legend: "\(.instance)")
        }.range(from: 0, to: 1).thresholds(.limit(of: DatabaseAlerts(fleet: fleet).databaseConnections))
    }

    private var transactions: Panel {
        Panel(
            "Transactions", description: "Transactions per second that were committed and rolled back, by database.",
            unit: .operationsPerSecond
        ) {
            PanelQuery(rate(Database.commits), legend: "\(.label(.database)): committed")
            PanelQuery(rate(Database.rollbacks), legend: "\(.label(.database)): rolled back")
        }
    }

    private var longestTransaction: Panel {
        Panel(
            "Longest transaction", description: "Time since the oldest open transaction began, by state of its connection.",
            unit: .seconds
        ) {
            PanelQuery(Activity.longestTransaction.series.value.max(by: .label(.state)), legend: "\(.label(.state))")
        }.thresholds(.limit(of: DatabaseAlerts(fleet: fleet).longTransaction))
    }

    private var locks: Panel {
        Panel("Locks", description: "Locks that are held or waited for, by mode, stacked.", kind: .stackedLines, unit: .count) {
            PanelQuery(Activity.locks.series.value.sum(by: .label(.mode)), legend: "\(.label(.mode))")
        }
    }

    private var deadlocks: Panel {
        Panel(
            "Deadlocks and conflicts",
            description: "Transactions that were ended to resolve a deadlock or a conflict with recovery.",
            kind: .bars, unit: .count
        ) {
            PanelQuery(
                Database.deadlocks.series.increase(over: .rateInterval).sum(by: .label(.database)),
                legend: "\(.label(.database)): deadlocks")
            PanelQuery(
                Database.conflicts.series.increase(over: .rateInterval).sum(by: .label(.database)),
                legend: "\(.label(.database)): conflicts")
        }
    }

    private var cacheHits: Panel {
        let hits = rate(Database.blocksHit)
        return Panel(
            "Cache hit ratio",
            description: "Blocks that were found in shared buffers among all that were read; a gap while none was.",
            unit: .ratio
        ) {
            PanelQuery(hits / (hits + rate(Database.blocksRead) > 0), legend: "\(.label(.database))")
        }.range(from: nil, to: 1)
    }

    private var rowsChanged: Panel {
        Panel("Rows", description: "Rows per second that were fetched, inserted, updated and deleted.", unit: .rowsPerSecond) {
            PanelQuery(Database.rowsFetched.series.rate(over: .rateInterval).sum(), legend: "fetched")
            PanelQuery(Database.rowsInserted.series.rate(over: .rateInterval).sum(), legend: "inserted")
            PanelQuery(Database.rowsUpdated.series.rate(over: .rateInterval).sum(), legend: "updated")
            PanelQuery(Database.rowsDeleted.series.rate(over: .rateInterval).sum(), legend: "deleted")
        }
    }

    // MARK: - Storage

    private var size: Panel {
        Panel("Size", description: "Size of each database on disk.", unit: .bytes) {
            PanelQuery(Database.size.series.value, legend: "\(.label(.database)) at \(.instance)")
        }
    }

    private var checkpoints: Panel {
        Panel(
            "Checkpoints",
            description: "Checkpoints per minute: timed ones are usual, requested ones say that WAL fills too fast.",
            unit: .perMinute
        ) {
            PanelQuery(rate(Checkpoints.timed) * 60, legend: "\(.instance): timed")
            PanelQuery(rate(Checkpoints.requested) * 60, legend: "\(.instance): requested")
        }
    }

    private var buffers: Panel {
        Panel(
            "Buffers written", description: "Buffers per second by who writes them: backends do when the others are too slow.",
            kind: .stackedLines, unit: .perSecond
        ) {
            PanelQuery(Checkpoints.buffersByCheckpoints.series.rate(over: .rateInterval).sum(), legend: "checkpoints")
            PanelQuery(Checkpoints.buffersByWriter.series.rate(over: .rateInterval).sum(), legend: "background writer")
            PanelQuery(Checkpoints.buffersByBackends.series.rate(over: .rateInterval).sum(), legend: "backends")
        }
    }

    private var transactionAge: Panel {
        Panel(
            "Age of transaction ids",
            description: "How far each database is from being frozen; at two thousand million the server stops.",
            unit: .count
        ) {
            PanelQuery(Queries.transactionAge.series.value, legend: "\(.label(.database)) at \(.instance)")
        }.thresholds(.limit(of: DatabaseAlerts(fleet: fleet).transactionsOld))
    }

    private var deadRows: Panel {
        Panel(
            "Dead rows", description: "Rows that vacuum has yet to clear away, of the ten tables that have most.", unit: .count
        ) {
            PanelQuery(Queries.deadRows.series.value.top(10), legend: "\(.label(.schema)).\(.label(.table))")
        }
    }

    private var temporary: Panel {
        Panel(
            "Temporary files", description: "Bytes per second that queries write because their memory is too small.",
            unit: .bytesPerSecond
        ) {
            PanelQuery(rate(Database.temporaryBytes), legend: "\(.label(.database))")
        }
    }

    // MARK: - Replication

    private var standbyLag: Panel {
        Panel("Standbys behind", description: "Bytes of WAL that each standby has yet to get.", unit: .bytes) {
            PanelQuery(Replication.standbyLag.series.value, legend: "\(.label(.application))")
        }
    }

    private var replayLag: Panel {
        Panel("Replay lag", description: "Time since the last transaction that each standby has replayed.", unit: .seconds) {
            PanelQuery(Queries.replayLag.series.value, legend: "\(.instance)")
        }
    }

    private var slotLag: Panel {
        Panel(
            "WAL kept for slots", description: "Bytes of WAL that each replication slot keeps from being removed.", unit: .bytes
        ) {
            PanelQuery(Replication.slotLag.series.value, legend: "\(.label(.slot))")
        }.thresholds(.limit(of: DatabaseAlerts(fleet: fleet).replicationSlotBehind))
    }
}
