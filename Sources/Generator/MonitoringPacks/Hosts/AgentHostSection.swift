import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology

/// The hosts, as agents see them: of fleets without node_exporter.
struct AgentHostSection {
    let fleet: Fleet

    @ListBuilder<PanelRow> var rows: [PanelRow] {
        PanelRow("Hosts of the agents") { [pressure, memory, load] }
        PanelRow { [cpu, available, files] }
    }

    private var alerts: AgentHostAlerts { AgentHostAlerts(fleet: fleet) }

    private var pressure: Panel {
        Panel(
            "Memory pressure of hosts", description: "Share of time in which some thread of each host waited for memory.",
            unit: .ratio
        ) {
            PanelQuery(AgentHostAlerts.pressure(.memory).rate(over: .rateInterval), legend: "\(.instance)")
        }.thresholds(.limit(of: alerts.memoryPressure))
    }

    private var memory: Panel {
        Panel("Memory of hosts", description: "Memory of each host, what of it is available, and free swap.", unit: .bytes) {
            PanelQuery(Host.memoryTotal.series.value, legend: "\(.instance): all")
            PanelQuery(Host.memoryAvailable.series.value, legend: "\(.instance): available")
            PanelQuery(Host.swapFree.series.value, legend: "\(.instance): free swap")
        }
    }

    private var load: Panel {
        Panel(
            "Load of processors", description: "Threads that run or wait on each processor, over a quarter of an hour.",
            unit: .count
        ) {
            PanelQuery(AgentHostAlerts.loadPerProcessor, legend: "\(.instance)")
        }.thresholds(.limit(of: alerts.overloaded))
    }

    private var cpu: Panel {
        Panel(
            "CPU of hosts", description: "Time of all processors by what they do, idle aside, in processors.",
            kind: .stackedLines,
            unit: .count
        ) {
            PanelQuery(
                Host.cpu.series.matching(.label(.mode), .differs, HostCPUMode.idle.rawValue).rate(over: .rateInterval)
                    .sum(by: .label(.mode)), legend: "\(.label(.mode))")
        }
    }

    private var available: Panel {
        Panel("Available memory", description: "Share of each host's memory that programs could have.", unit: .ratio) {
            PanelQuery(AgentHostAlerts.availableShare, legend: "\(.instance)")
        }.range(from: 0, to: 1).thresholds(.limit(of: alerts.memoryLow))
    }

    private var files: Panel {
        Panel(
            "Waiting for storage", description: "Threads of each host that wait for storage, and time in which some did.",
            unit: .count
        ) {
            PanelQuery(Host.blocked.series.value, legend: "\(.instance): threads")
            PanelQuery(AgentHostAlerts.pressure(.io).rate(over: .rateInterval), legend: "\(.instance): share of time")
        }.overrides(.matching(".*: share of time", .rightAxis, .unit(.ratio)))
    }
}
