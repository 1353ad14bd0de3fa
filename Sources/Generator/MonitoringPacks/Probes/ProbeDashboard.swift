import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology

/// What agents ask from outside: whether it answers, how quickly, and why not.
struct ProbeDashboard {
    private let fleet: Fleet
    /// Whether probes of the fleet have names, which legends show then.
    private let hasNames: Bool

    init(fleet: Fleet) {
        self.fleet = fleet
        hasNames = !ProbeNames(of: fleet).isEmpty
    }

    private typealias Key = SeriesKey<NamedProbe.Labels.Key>

    var dashboard: Dashboard {
        fleet.dashboard(
            .probes, title: "Probes", description: "What the agents of the \(fleet.name) fleet ask from outside.",
            variables: [DashboardVariable(.service, of: Probe.up, name: "probed")], start: "now-6h"
        ) {
            PanelRow { [states] }
            PanelRow { [durations, ages, failures] }
            if fleet.showsProbedCertificates { PanelRow { [certificates] } }
            if hasFiles { PanelRow("Files") { [fileAges, fileSizes] } }
        }
    }

    private var hasFiles: Bool {
        fleet.probes.contains { if case .file = $0.target { true } else { false } }
    }

    private var states: Panel {
        Panel(
            "Probes", description: "Whether each probe had its answer in time.", kind: .stateTimeline, unit: .none, width: .full
        ) {
            PanelQuery(
                NamedProbe.up.series.value,
                legend: hasNames
                    ? "\(.instance) of \(.service): \(.label(.probe)) \(.label(.name))"
                    : "\(.instance) of \(.service): \(.label(.probe))")
        }.saying("up", or: "down")
    }

    private var legend: LegendText<Key> {
        hasNames ? "\(.instance): \(.label(.probe)) \(.label(.name))" : "\(.instance): \(.label(.probe))"
    }

    private var durations: Panel {
        Panel(
            "Time of attempts", description: "Time that the last attempt of each probe took, also of one that failed.",
            unit: .seconds
        ) {
            PanelQuery(NamedProbe.duration.series.value, legend: legend)
        }
    }

    private var ages: Panel {
        Panel(
            "Age of answers", description: "Time since the last answer of each probe; it rises while there is none.",
            unit: .seconds
        ) {
            PanelQuery(NamedProbe.age.series.value, legend: legend)
        }
    }

    private var failures: Panel {
        Panel(
            "Attempts without an answer", description: "Attempts that had no answer, by reason.",
            kind: .timeSeries(.stackedBars), unit: .count
        ) {
            let failures = NamedProbe.failures.series.increase(over: .rateInterval)
            if hasNames {
                PanelQuery(
                    failures.sum(by: .instance, .label(.probe), .label(.name), .label(.reason)) > 0,
                    legend: "\(.instance): \(.label(.probe)) \(.label(.name)), \(.label(.reason))")
            } else {
                PanelQuery(
                    failures.sum(by: .instance, .label(.probe), .label(.reason)) > 0,
                    legend: "\(.instance): \(.label(.probe)), \(.label(.reason))")
            }
        }
    }

    private var certificates: Panel {
        Panel(
            "Certificates", description: "Time until the certificate ends that each server shows.", unit: .duration,
            width: .full
        ) {
            PanelQuery(
                ProbeAlerts.timeToCertificateEnd,
                legend: hasNames
                    ? "\(.instance): \(.label(.probe)) \(.label(.name))" : "\(.instance): \(.label(.probe))")
        }.thresholds(.limit(of: ProbeAlerts(fleet: fleet).probedCertificateEnds))
    }

    // MARK: - Files

    private var fileLegend: LegendText<SeriesKey<NamedProbe.FileLabels.Key>> {
        hasNames ? "\(.instance) \(.label(.name))" : "\(.instance)"
    }

    private var fileAges: Panel {
        Panel("Age of files", description: "Time since the newest file of each probe was written.", unit: .duration) {
            PanelQuery(NamedProbe.fileAge.series.value, legend: fileLegend)
        }
    }

    private var fileSizes: Panel {
        Panel("Size of files", description: "Size of the newest file of each probe.", unit: .bytes) {
            PanelQuery(NamedProbe.fileSize.series.value, legend: fileLegend)
        }
    }
}
