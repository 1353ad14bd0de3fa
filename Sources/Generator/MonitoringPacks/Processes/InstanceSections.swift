import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology

/// What is seen of an instance in some fleets alone: the page that it serves, and its sockets.
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
        Panel("Failed fetches", description: "Fetches of the page per second that failed, by reason.", unit: .perSecond) {
            PanelQuery(
                ServiceScrape.failures.series.rate(over: .rateInterval).sum(by: .label(.reason)), legend: "\(.label(.reason))")
        }
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
