import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import ExporterCatalog

/// nginx: connections, requests, what it drops, and the certificate that it shows.
struct LoadBalancerDashboard {
    let fleet: Fleet

    private typealias Status = NginxExporter.Status

    var dashboard: Dashboard {
        let isProbed = fleet.loadBalancers.contains { $0.certificate?.proberPort != nil }
        return fleet.dashboard(
            .loadBalancer, title: "Load balancer", description: "What comes to the \(fleet.name) fleet from outside.",
            variables: [DashboardVariable(.instance, of: NginxExporter.Status.up, name: "balancer", title: "Load balancer")]
        ) {
            PanelRow { [state, requests, connections] }
            PanelRow { [accepted, dropped, requestsPerConnection] }
            if isProbed { PanelRow("Seen from outside") { [expiry, probe, probeTime] } }
        }
    }

    private var state: Panel {
        Panel(
            "State", description: "Whether each load balancer answers its exporter.", kind: .stateTimeline, unit: .none,
            width: .quarter
        ) {
            PanelQuery(Status.up.series.value, legend: "\(.instance)")
        }.saying("up", or: "down")
    }

    private var requests: Panel {
        Panel("Requests", description: "Requests per second of clients.", unit: .requestsPerSecond) {
            PanelQuery(Status.requests.series.rate(over: .rateInterval), legend: "\(.instance)")
        }.linked(to: .api, "API", of: fleet)
    }

    private var connections: Panel {
        Panel("Connections", description: "Open connections by what they do, stacked.", kind: .stackedLines, unit: .count) {
            PanelQuery(Status.reading.series.value.sum(), legend: "reading a request")
            PanelQuery(Status.writing.series.value.sum(), legend: "answering")
            PanelQuery(Status.waiting.series.value.sum(), legend: "idle")
        }
    }

    private var accepted: Panel {
        Panel("New connections", description: "Connections accepted per second, and those that were handled.", unit: .perSecond)
        {
            PanelQuery(Status.accepted.series.rate(over: .rateInterval), legend: "\(.instance): accepted")
            PanelQuery(Status.handled.series.rate(over: .rateInterval), legend: "\(.instance): handled")
        }
    }

    private var dropped: Panel {
        let dropped = Status.accepted.series.rate(over: .rateInterval) - Status.handled.series.rate(over: .rateInterval)
        return Panel(
            "Dropped connections", description: "Connections per second that were accepted and could not be handled.",
            unit: .perSecond
        ) {
            PanelQuery(dropped.clamped(from: 0), legend: "\(.instance)")
        }
    }

    private var requestsPerConnection: Panel {
        let handled = Status.handled.series.rate(over: .rateInterval)
        return Panel(
            "Requests of a connection",
            description: "How many requests clients send on one connection; a gap while none comes.",
            unit: .none
        ) {
            PanelQuery(Status.requests.series.rate(over: .rateInterval) / (handled > 0), legend: "\(.instance)")
        }
    }

    private var expiry: Panel {
        Panel(
            "Certificate", description: "Time until the first certificate of the chain expires.",
            kind: .stat(of: .last, graph: .none),
            unit: .duration, width: .quarter
        ) {
            PanelQuery(TrafficAlerts.timeToExpiry, legend: "\(.instance)")
        }.range(from: nil, to: nil).thresholds(.limit(of: TrafficAlerts(fleet: fleet).certificateExpires))
    }

    private var probe: Panel {
        Panel(
            "Reachable", description: "Whether the prober gets a TLS connection as clients do.", kind: .stateTimeline,
            unit: .none
        ) {
            PanelQuery(BlackboxExporter.Probe.succeeded.series.value, legend: "\(.instance)")
        }.saying("reachable", or: "unreachable")
    }

    private var probeTime: Panel {
        Panel("Time of a probe", description: "Time to connect and to agree on TLS.", unit: .seconds) {
            PanelQuery(BlackboxExporter.Probe.duration.series.value, legend: "\(.instance)")
        }
    }
}
