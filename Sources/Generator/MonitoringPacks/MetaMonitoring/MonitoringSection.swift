import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import ExporterCatalog

/// Prometheus and Alertmanager themselves.
struct MonitoringSection {
    let fleet: Fleet

    private typealias Configuration = PrometheusServer.Configuration
    private typealias Storage = PrometheusServer.Storage
    private typealias Rules = PrometheusServer.Rules
    private typealias Notifications = PrometheusServer.Notifications
    private typealias Alertmanager = AlertmanagerServer

    @ListBuilder<PanelRow> var rows: [PanelRow] {
        PanelRow("Prometheus") { [configuration, storage, samples] }
        PanelRow { [ruleTime, ruleFailures, queryTime] }
        PanelRow { [scrapeLosses, notifications, storageFailures] }
        if fleet.declaresRouting {
            PanelRow("Alertmanager") { [alerts, sent, latency] }
        }
        if !fleet.scraping.remoteWrite.isEmpty {
            PanelRow("Remote write") { [remoteSamples, remotePending] }
        }
    }

    private func rate<Labels>(_ counter: Counter<Labels>) -> InstantVector<SeriesKey<Labels.Key>> {
        counter.series.rate(over: .rateInterval)
    }

    // MARK: - Prometheus

    private var configuration: Panel {
        Panel(
            "Configurations", description: "Whether the last reload of each configuration was taken.", kind: .stateTimeline,
            unit: .none
        ) {
            PanelQuery(Configuration.loaded.series.value, legend: "Prometheus")
            if fleet.declaresRouting {
                PanelQuery(Alertmanager.Configuration.loaded.series.value, legend: "Alertmanager")
            }
        }.saying("loaded", or: "rejected")
    }

    private var storage: Panel {
        Panel("Series in memory", description: "Series of the last hours, and the size of older blocks on disk.", unit: .count)
        {
            PanelQuery(Storage.series.series.value, legend: "series")
            PanelQuery(Storage.blockBytes.series.value, legend: "blocks")
        }.overrides(.named("blocks", .rightAxis, .unit(.bytes)))
    }

    private var samples: Panel {
        Panel(
            "Samples", description: "Samples per second that are stored, and series per second that are new.", unit: .perSecond
        ) {
            PanelQuery(rate(Storage.samples).sum(), legend: "samples")
            PanelQuery(rate(Storage.seriesCreated), legend: "new series")
        }
    }

    private var ruleTime: Panel {
        Panel(
            "Time of rules", description: "Last evaluation of each group of rules among its interval; at 100 % it is late.",
            unit: .ratio
        ) {
            PanelQuery(
                Rules.duration.series.value / (Rules.interval.series.value > 0), legend: "\(.label(.group))")
        }
    }

    private var ruleFailures: Panel {
        Panel(
            "Rules that fail", description: "Evaluations of rules that failed or were left out, per second and group.",
            unit: .perSecond
        ) {
            PanelQuery(rate(Rules.failures), legend: "\(.label(.group)): failed")
            PanelQuery(rate(Rules.missed), legend: "\(.label(.group)): left out")
        }
    }

    private var queryTime: Panel {
        Panel("Time of queries", description: "Time of requests to Prometheus, 95th percentile by path.", unit: .seconds) {
            PanelQuery(
                PrometheusServer.Queries.requestDuration.series.matching(.label(.handler), .matches, "/api/v1/query.*")
                    .bucketRates(over: .rateInterval).sum(by: .label(.handler)).quantile(0.95), legend: "\(.label(.handler))")
        }
    }

    private var scrapeLosses: Panel {
        Panel(
            "Samples not stored", description: "Samples and scrapes per second that Prometheus refused, by reason.",
            unit: .perSecond
        ) {
            PanelQuery(rate(Configuration.overSampleLimit), legend: "scrapes over the limit of samples")
            PanelQuery(rate(Configuration.overBodyLimit), legend: "scrapes over the limit of size")
            PanelQuery(rate(Configuration.duplicateTimestamps), legend: "samples twice")
            PanelQuery(rate(Configuration.outOfOrder), legend: "samples out of order")
            PanelQuery(rate(Configuration.outOfBounds), legend: "samples too old or too new")
        }
    }

    private var notifications: Panel {
        Panel("Alerts to Alertmanager", description: "Alerts per second that were sent, refused or dropped.", unit: .perSecond)
        {
            PanelQuery(rate(Notifications.sent).sum(), legend: "sent")
            PanelQuery(rate(Notifications.errors).sum(), legend: "refused")
            PanelQuery(rate(Notifications.dropped), legend: "dropped")
        }.overrides(.named("dropped", .color(.red)))
    }

    private var storageFailures: Panel {
        Panel(
            "Failures of storage", description: "Compactions, reloads, checkpoints and truncations that failed, and damage.",
            kind: .bars, unit: .count
        ) {
            PanelQuery(Storage.compactionFailures.series.increase(over: .rateInterval), legend: "compactions")
            PanelQuery(Storage.reloadFailures.series.increase(over: .rateInterval), legend: "reloads")
            PanelQuery(Storage.checkpointFailures.series.increase(over: .rateInterval), legend: "checkpoints")
            PanelQuery(Storage.truncationFailures.series.increase(over: .rateInterval), legend: "truncations")
            PanelQuery(Storage.corruptions.series.increase(over: .rateInterval), legend: "damaged segments")
        }
    }

    // MARK: - Alertmanager

    private var alerts: Panel {
        Panel("Alerts", description: "Alerts by state, and silences that hold.", unit: .count) {
            PanelQuery(Alertmanager.Alerts.alerts.series.value, legend: "\(.label(.state))")
            PanelQuery(
                Alertmanager.Alerts.silences.series.matching(.label(.state), "active").value, legend: "silences")
        }
    }

    private var sent: Panel {
        Panel(
            "Notifications", description: "Notifications per second that were sent and that failed, by integration.",
            unit: .perSecond
        ) {
            PanelQuery(rate(Alertmanager.Notifications.sent).sum(by: .label(.integration)), legend: "\(.label(.integration))")
            PanelQuery(
                rate(Alertmanager.Notifications.failed).sum(by: .label(.integration)), legend: "\(.label(.integration)): failed"
            )
        }.overrides(.matching(".*: failed", .color(.red)))
    }

    private var latency: Panel {
        let buckets = Alertmanager.Notifications.latency.series.bucketRates(over: .rateInterval)
        return Panel(
            "Time of notifications", description: "Time to send a notification, 95th percentile by integration.", unit: .seconds
        ) {
            PanelQuery(buckets.sum(by: .label(.integration)).quantile(0.95), legend: "\(.label(.integration))")
        }
    }

    // MARK: - Remote write

    private var remoteSamples: Panel {
        typealias Remote = PrometheusServer.RemoteWrite
        return Panel(
            "Samples sent on", description: "Samples per second that were sent on, failed or were dropped.", unit: .perSecond
        ) {
            PanelQuery(rate(Remote.samples), legend: "\(.label(.name)): sent")
            PanelQuery(rate(Remote.failures), legend: "\(.label(.name)): failed")
            PanelQuery(rate(Remote.dropped), legend: "\(.label(.name)): dropped")
        }
    }

    private var remotePending: Panel {
        typealias Remote = PrometheusServer.RemoteWrite
        return Panel(
            "Samples to be sent on", description: "Samples that wait to be sent on, and the shards that send them.",
            unit: .count
        ) {
            PanelQuery(Remote.pending.series.value, legend: "\(.label(.name)): waiting")
            PanelQuery(Remote.shards.series.value, legend: "\(.label(.name)): shards")
        }.overrides(.matching(".*shards", .rightAxis))
    }
}
