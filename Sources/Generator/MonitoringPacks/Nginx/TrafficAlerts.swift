import ApusMetrics
import ApusPromQL
public import ApusTopology
import ExporterCatalog

extension Threshold {
    /// The number of connections that a load balancer drops within the window of rates.
    public static let droppedConnections = ThresholdKey.count("droppedConnections", 10, .high, "dropped connections")
    /// The time until a certificate expires.
    public static let certificateExpiry = ThresholdKey.duration(
        "certificateExpiry", .seconds(14 * 86_400), .high, "certificate expires in")
}

/// Load balancers and the certificates that they show.
struct TrafficAlerts {
    let fleet: Fleet

    var all: [Alert] {
        guard !fleet.loadBalancers.isEmpty else { return [] }
        let probed = fleet.loadBalancers.contains { $0.certificate?.proberPort != nil }
        return [balancerDown, connectionsDropped] + (probed ? [certificateExpires, probeFails] : [])
    }

    private var window: RateWindow { fleet.rateWindow }

    private var balancerDown: Alert {
        Alert(
            "LoadBalancerDown", up: NginxExporter.Status.up, job: NginxExporter.job, server: "n",
            summary: "A load balancer does not answer.",
            description: "nginx \(.instance) does not answer its exporter, or the exporter does not answer Prometheus.",
            runbook: Runbook(
                meaning: "nginx is down, or its exporter is.", impact: "Clients reach no API.",
                queries: [.init("Load balancers, 1 for those that answer", NginxExporter.Status.up.series.value)],
                actions: [
                    "Ask it: `curl -s http://127.0.0.1:STATUS_PORT/status`.", "Check its configuration: `nginx -t`.",
                    "Read its log: `journalctl -u nginx -n 100`.",
                ]))
    }

    private var connectionsDropped: Alert {
        typealias Status = NginxExporter.Status
        let dropped = Status.accepted.series.increase(over: window) - Status.handled.series.increase(over: window)
        let limit = fleet.thresholds[Threshold.droppedConnections]
        let accepted = limit.value / (fleet.alertWindow / .seconds(1))
        func input(_ counter: Counter<NoLabels>, _ course: InputCourse) -> AlertInput {
            AlertInput(counter, [.service: "n", .instance: "one"], course)
        }
        return Alert(
            "ConnectionsDropped", when: dropped, above: limit,
            summary: "A load balancer drops connections.",
            description: "nginx \(.instance) has accepted \(value: .decimals(0)) connections that it could not handle.",
            runbook: Runbook(
                meaning: "nginx ran into its limit of connections or of open files.",
                impact: "Clients' connections are closed without an answer.",
                queries: [.init("Connections", Status.active.series.value)],
                actions: [
                    "Look for `worker_connections are not enough` in its error log.",
                    "Raise `LoadBalancer(connections:)`, and the limit of open files with it.",
                ]),
            inputs: [
                input(Status.accepted, .growth(quiet: accepted * 1.9994, bad: accepted * 2.0006)),
                input(Status.handled, .growth(quiet: accepted, bad: accepted)),
            ])
    }

    /// The time until the first certificate of each chain expires.
    static var timeToExpiry: InstantVector<SeriesKey<NoKey>> {
        BlackboxExporter.TLS.earliestExpiry.series.value - QueryScalar.time
    }

    var certificateExpires: Alert {
        let limit = fleet.thresholds[Threshold.certificateExpiry]
        return Alert(
            "CertificateExpires", when: Self.timeToExpiry, below: limit,
            summary: "A certificate expires soon.",
            description: "The certificate that \(.instance) shows expires in \(value: .duration).",
            runbook: Runbook(
                meaning: "The first certificate of the chain expires before `Thresholds.certificateExpiry` is over.",
                impact: "From then on clients refuse to connect.",
                queries: [.init("When it expires", BlackboxExporter.TLS.earliestExpiry.series.value)],
                actions: [
                    "Look at it: `openssl s_client -connect HOST:PORT </dev/null | openssl x509 -noout -dates`.",
                    "Renew it, and let nginx read it: `systemctl reload nginx`.",
                ]),
            inputs: [
                AlertInput(
                    BlackboxExporter.TLS.earliestExpiry, [.service: "n", .instance: "one"],
                    .level(quiet: limit.value * 1.0008, bad: limit.value * 0.9996))
            ])
    }

    private var probeFails: Alert {
        Alert(
            "ProbeFails", when: BlackboxExporter.Probe.succeeded.series.value == 0, severity: .critical,
            summary: "A service cannot be reached from outside.",
            description: "The prober gets no TLS connection to \(.instance).",
            runbook: Runbook(
                meaning: "What clients do, the prober cannot: connect and agree on TLS.", impact: "Clients reach no API.",
                queries: [.init("Time of a probe", BlackboxExporter.Probe.duration.series.value)],
                actions: [
                    "Try it yourself: `curl -v https://HOST:PORT/`.",
                    "Look whether the certificate has expired or has another name.",
                ]))
    }
}
