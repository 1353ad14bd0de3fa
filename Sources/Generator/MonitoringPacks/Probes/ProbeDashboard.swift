import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology

/// What agents ask from outside: whether it answers, how quickly, and why not.
struct ProbeDashboard {
    let fleet: Fleet

    var dashboard: Dashboard {
        fleet.dashboard(
            .probes, title: "Probes", description: "What the agents of the \(fleet.name) fleet ask from outside.",
            variables: [DashboardVariable(.service, of: Probe.up, name: "probed")], start: "now-6h"
        ) {
            PanelRow { [states] }
            PanelRow { [durations, ages, failures] }
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
            PanelQuery(Probe.up.series.value, legend: "\(.instance) of \(.service): \(.label(.probe))")
        }.saying("up", or: "down")
    }

    private var durations: Panel {
        Panel(
            "Time of attempts", description: "Time that the last attempt of each probe took, also of one that failed.",
            unit: .seconds
        ) {
            PanelQuery(Probe.duration.series.value, legend: "\(.instance): \(.label(.probe))")
        }
    }

    private var ages: Panel {
        Panel(
            "Age of answers", description: "Time since the last answer of each probe; it rises while there is none.",
            unit: .seconds
        ) {
            PanelQuery(Probe.age.series.value, legend: "\(.instance): \(.label(.probe))")
        }
    }

    private var failures: Panel {
        Panel(
            "Attempts without an answer", description: "Attempts that had no answer, by reason.",
            kind: .timeSeries(.stackedBars), unit: .count
        ) {
            PanelQuery(
                Probe.failures.series.increase(over: .rateInterval).sum(by: .instance, .label(.probe), .label(.reason)) > 0,
                legend: "\(.instance): \(.label(.probe)), \(.label(.reason))")
        }
    }

    // MARK: - Files

    private var fileAges: Panel {
        Panel("Age of files", description: "Time since the newest file of each probe was written.", unit: .duration) {
            PanelQuery(ProbedFiles.age.series.value, legend: "\(.instance)")
        }
    }

    private var fileSizes: Panel {
        Panel("Size of files", description: "Size of the newest file of each probe.", unit: .bytes) {
            PanelQuery(ProbedFiles.size.series.value, legend: "\(.instance)")
        }
    }
}
