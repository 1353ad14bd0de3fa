import ApusMetrics
import ApusPromQL
import ApusTopology

/// The forms that most alerts have.
extension Alert {
    /// Something happened: a counter has risen within the window in which a single event counts.
    ///
    /// - Parameter inputs: of a test; empty when one event of the counter is enough.
    init<Metric: MonotonicDeclaration>(
        _ name: AlertName, anyOf events: Series<Metric>, in fleet: Fleet, severity: Severity, summary: String,
        description: LabelText<Series<Metric>.Key>, runbook: Runbook, inputs: [AlertInput] = [], fileID: String = #fileID,
        line: Int = #line
    ) {
        self.init(
            name, when: events.increase(over: fleet.eventWindow) > 0, severity: severity, summary: summary,
            description: description, runbook: runbook, inputs: inputs, fileID: fileID, line: line)
    }

    /// A server does not answer its exporter, or the exporter does not answer Prometheus.
    ///
    /// - Parameters:
    ///   - up: 1 while the exporter reaches its server.
    ///   - job: of the exporter.
    ///   - server: what the test calls a service of the kind.
    init(
        _ name: AlertName, up: Gauge<NoLabels>, job: String, server: String, summary: String,
        description: LabelText<SeriesKey<NoKey>>, runbook: Runbook, fileID: String = #fileID, line: Int = #line
    ) {
        let scraped = ScrapeMetrics.up.series.matching(.job, job).value
        self.init(
            name, when: (up.series.value == 0).or(scraped == 0), severity: .critical, summary: summary,
            description: description, runbook: runbook,
            inputs: [
                AlertInput(up, [.service: server, .instance: "one"], .level(quiet: 1, bad: 0)),
                AlertInput(ScrapeMetrics.up, [.job: job, .service: server, .instance: "two"], .level(quiet: 1, bad: 0)),
                AlertInput(ScrapeMetrics.up, [.job: "other", .service: server, .instance: "other"], .constant(0)),
            ], fileID: fileID, line: line)
    }
}

extension AlertInput {
    /// A gauge that takes more and more of another one, until its share of that is above a limit.
    static func share(
        of used: Gauge<NoLabels>, in whole: Gauge<NoLabels>, _ labels: KeyValuePairs<SeriesKey<NoKey>, String>,
        above limit: Threshold
    ) -> [Self] {
        [
            Self(used, labels, .level(quiet: limit.value / 2, bad: limit.value / 2 * 1.0006)),
            Self(whole, labels, .constant(0.5)),
        ]
    }
}
