import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology

/// What is seen of an instance in some fleets alone: the page that it serves, its sockets, and its control groups.
struct InstanceSections {
    let fleet: Fleet

    // MARK: - Page

    var page: [Panel] { [pageUp, pageTime, pageFailures] }

    private var pageUp: Panel {
        Panel("Page", description: "Whether the last fetch of the page succeeded.", kind: .stateTimeline, unit: .none) {
            PanelQuery(ServiceScrape.up.series.value, legend: "\(.instance)")
        }.saying("read", or: "not read")
    }

    private var pageTime: Panel {
        Panel("Time of the page", description: "Time of the last fetch, and how many samples it found.", unit: .seconds) {
            PanelQuery(ServiceScrape.duration.series.value, legend: "time")
            PanelQuery(ServiceScrape.samples.series.value, legend: "samples")
        }.overrides(.named("samples", .rightAxis, .unit(.count)))
    }

    private var pageFailures: Panel {
        Panel(
            "Failed fetches",
            description: "Fetches of the page per second that failed, by reason, and series that were left out of the others.",
            unit: .perSecond
        ) {
            PanelQuery(
                ServiceScrape.failures.series.rate(over: .rateInterval).sum(by: .label(.reason)), legend: "\(.label(.reason))")
            PanelQuery(
                ServiceScrape.leftOut.series.rate(over: .rateInterval).sum(by: .label(.reason)),
                legend: "series left out: \(.label(.reason))")
        }
    }

    // MARK: - Control groups

    var controlGroup: [Panel] { [quota, groupMemory, memoryEvents] }

    private var quota: Panel {
        typealias Group = ServiceControlGroup
        let held =
            Group.throttledPeriods.series.rate(over: .rateInterval) / (Group.periods.series.rate(over: .rateInterval) > 0)
        return Panel(
            "CPU quota",
            description:
                "Periods in which the control group had used up its CPU quota among those in which it had work, and the "
                + "time for which it was held back; nothing without a quota.",
            unit: .ratio
        ) {
            PanelQuery(held, legend: "periods")
            PanelQuery(Group.throttledTime.series.rate(over: .rateInterval), legend: "time")
        }.range(from: 0, to: nil)
    }

    private var groupMemory: Panel {
        Panel(
            "Memory of the group",
            description:
                "What the control group cannot drop, its shared memory and tmpfs, all of it with the page cache, its limit, and the processes' "
                + "proportional part where the agent reads it (--pss-budget).",
            unit: .bytes
        ) {
            PanelQuery(ServiceControlGroup.unreclaimable.series.value, legend: "cannot be dropped")
            PanelQuery(ServiceControlGroup.sharedMemory.series.value, legend: "shared")
            PanelQuery(ServiceControlGroup.memory.series.value, legend: "with page cache")
            PanelQuery(ServiceControlGroup.swap.series.value, legend: "swap")
            PanelQuery(ServiceProcesses.proportionalMemory.series.value, legend: "proportional")
            PanelQuery(ServiceControlGroup.memoryMax.series.value, legend: "limit")
        }.overrides(.limitLine("limit"))
    }

    private var memoryEvents: Panel {
        Panel(
            "Memory events",
            description: "How often the control group came to a limit of its memory; oom_kill is a process that was killed.",
            kind: .timeSeries(.stackedBars), unit: .count
        ) {
            PanelQuery(
                ServiceControlGroup.memoryEvents.series.increase(over: .rateInterval).sum(by: .label(.event)),
                legend: "\(.label(.event))")
        }.overrides(.matching("oom.*", .color(.red)))
    }

    // MARK: - Sockets

    var sockets: [Panel] { [socketStates, queue, queueShare] }

    private var socketStates: Panel {
        Panel(
            "Open sockets",
            description: "Sockets by protocol and state; close_wait is what the other end has closed, and the process not.",
            kind: .stackedLines, unit: .count
        ) {
            PanelQuery(
                ServiceSockets.sockets.series.value.sum(by: .label(.protocol), .label(.state)),
                legend: "\(.label(.protocol)): \(.label(.state))")
        }
    }

    private var queue: Panel {
        Panel(
            "Connections that wait",
            description: "Connections that wait to be accepted, and how many may, of all sockets that listen.",
            unit: .count
        ) {
            PanelQuery(ServiceSockets.queue.series.value.sum(by: .label(.protocol)), legend: "\(.label(.protocol))")
            PanelQuery(ServiceSockets.queueMax.series.value.sum(by: .label(.protocol)), legend: "\(.label(.protocol)), most")
        }
    }

    private var queueShare: Panel {
        Panel(
            "Fullest queue", description: "Largest part of the connections that may wait on one socket which do.", unit: .ratio
        ) {
            PanelQuery(ServiceSockets.queueRatio.series.value, legend: "\(.instance)")
        }.range(from: 0, to: nil).thresholds(.limit(of: ResourceAlerts(fleet: fleet).listenQueueFull))
    }
}
