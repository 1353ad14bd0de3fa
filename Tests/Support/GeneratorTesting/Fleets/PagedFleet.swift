import AgentMetrics
import ApusMetrics
import ApusPromQL
package import ApusTopology

/// Series of pages, as their services name them.
private enum Paged {
    static let jobs = Gauge<StateLabels>("mailer_jobs", "Jobs of the mailer by state.")
    static let lag = Gauge<NoLabels>("mailer_loop_lag_milliseconds", "Lag of the mailer's loop.")

    struct StateLabels: LabelSet {
        enum Key: String, LabelKey { case state }
        let state: String
        subscript(key: Key) -> String { state }
    }
}

/// A fleet of services that serve pages of metrics themselves: at ports of their own, at those of their requests, and at Unix sockets.
///
/// Its agent looks at sockets, and at units of systemd of all types that have alerts.
package let pagedFleet = Fleet("paged") {
    FleetService(
        "mailer", role: .worker, runtime: .node,
        page: MetricsPage(
            path: "/metrics?kind=all", timeout: .milliseconds(200),
            names: [
                PageName(.queueDepth, Paged.jobs.series.matching(.label(.state), "waiting")),
                PageName(.queueDepth, Paged.jobs.series.matching(.label(.state), .matches, "new|old")),
                PageName(.eventLoopLag, Paged.lag.series, dividedBy: 1000),
            ]),
        program: ServiceCommand(
            "node",
            arguments: [["/srv/mailer/main.mjs"], ["--name", "\(.instance)"], ["--metrics", "\(.host):\(.metricsPort)"]]),
        records: [.heap, .eventLoopLag]
    ) {
        for number in 1...2 { Instance("mailer-\(number)", metricsPort: 9460 + number) }
    }
    FleetService(
        "search", role: .api, runtime: .go, page: MetricsPage(at: .port),
        program: ServiceCommand("search", arguments: [["--listen", "\(.host):\(.port)"]]), records: [.requests],
        scaling: Scaling(minimum: 1, maximum: 3)
    ) {
        Instance("search-1", port: 8200, metricsPort: 9111)
    }
    FleetService(
        "billing", runtime: .java, found: [.unit("billing.service")],
        page: MetricsPage(at: .socket("/run/billing/\(.instance).sock"), path: "/prometheus")
    ) {
        Instance("billing-1", metricsPort: 9121)
    }
    FleetService("legacy", runtime: .other, found: [], page: MetricsPage(timeout: .seconds(1))) {
        Instance("legacy-1", metricsPort: 9131)
    }
    Agents(.perHost, socketBudget: .milliseconds(5))
    HostUnits("backup.timer", "backup.service", "srv-*.mount", "sshd.socket")
}
