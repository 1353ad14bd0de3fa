import ApusMetrics
import ApusPromQL
import ApusTopology
import ExporterCatalog

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
        let scraped = ScrapeMetrics.up.series.matching(.job, "nginx").value
        return Alert(
            "LoadBalancerDown", when: (NginxExporter.Status.up.series.value == 0).or(scraped == 0), severity: .critical,
            summary: "A load balancer does not answer.",
            description: "nginx \(.instance) does not answer its exporter, or the exporter does not answer Prometheus.",
            runbook: Runbook(
                meaning: "nginx is down, or its exporter is.", impact: "Clients reach no API.",
                queries: [.init("Load balancers, 1 for those that answer", NginxExporter.Status.up.series.value)],
                actions: [
                    "Ask it: `curl -s http://127.0.0.1:STATUS_PORT/status`.", "Check its configuration: `nginx -t`.",
                    "Read its log: `journalctl -u nginx -n 100`.",
                ]),
            inputs: [
                AlertInput(NginxExporter.Status.up, [.service: "n", .instance: "one"], .level(quiet: 1, bad: 0)),
                AlertInput(ScrapeMetrics.up, [.job: "nginx", .service: "n", .instance: "two"], .level(quiet: 1, bad: 0)),
                AlertInput(ScrapeMetrics.up, [.job: "other", .service: "n", .instance: "other"], .constant(0)),
            ])
    }

    private var connectionsDropped: Alert {
        typealias Status = NginxExporter.Status
        let dropped = Status.accepted.series.increase(over: window) - Status.handled.series.increase(over: window)
        let accepted = Self.mostDropped / (fleet.alertWindow / .seconds(1))
        func input(_ counter: Counter<NoLabels>, _ course: InputCourse) -> AlertInput {
            AlertInput(counter, [.service: "n", .instance: "one"], course)
        }
        return Alert(
            "ConnectionsDropped", when: dropped > Self.mostDropped, severity: .high,
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

    private static let mostDropped = 10.0

    private var certificateExpires: Alert {
        let limit = fleet.thresholds.certificateExpiry
        let seconds = limit.value / .seconds(1)
        return Alert(
            "CertificateExpires", when: BlackboxExporter.TLS.earliestExpiry.series.value - QueryScalar.time < seconds,
            severity: limit.severity, summary: "A certificate expires soon.",
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
                    .level(quiet: seconds * 1.0008, bad: seconds * 0.9996))
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
