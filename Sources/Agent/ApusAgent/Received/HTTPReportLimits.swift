import AgentMetrics
package import ApusLimits
package import ApusMetrics
import ApusSegment

/// What those may ask of the agent who report over HTTP.
package enum HTTPReportLimits: LimitCatalog {
    package static let title = "Reports over HTTP"

    private static let metric = Agent.refusals.family.name
    private static let whoReports = "the agent's log names the user; report less often, or fewer series"

    package static let connections = Limit(
        128,
        "HTTP connections of reporters at a time; past them the oldest idle or unfinished one of whoever holds the most is closed",
        per: "agent", metric: Agent.connectionsCut.family.name, remedy: whoReports)
    package static let share = Limit(
        32, "HTTP connections of reporters at a time; past them the peer's own oldest is closed",
        per: "address, IPv6 network of 64 bits, or user of this host", metric: Agent.connectionsCut.family.name,
        remedy: whoReports)
    package static let body = Limit(
        ByteLimit.mebibytes(4), "the body of a report, also once it is uncompressed; answered with 413 past it", per: "report",
        metric: metric, remedy: "bound the labels of what is reported, or report in several parts under several instances")
    package static let bodies = Limit(
        ByteLimit.mebibytes(8),
        "bodies of reports that are under way, past which the largest unfinished one of whoever has the most is answered with 503",
        per: "agent", metric: metric, remedy: whoReports)
    package static let rate = Limit(
        ByteLimit.mebibytes(1),
        "a second of reports, past which they are answered with 429; what was not used is kept for a burst",
        per: "address, IPv6 network of 64 bits, or user of this host", metric: metric, remedy: whoReports)
    package static let burst = Limit(
        ByteLimit.mebibytes(8), "reports at once after a pause", per: "address, IPv6 network of 64 bits, or user of this host",
        metric: metric, remedy: whoReports)
    package static let each = Limit(
        ByteLimit.kibibytes(16), "that a report counts with at least, however small it is", per: "report", metric: metric,
        remedy: whoReports)
    package static let peers = Limit(
        1024, "peers whose rates are known; past them who has used the least is forgotten", per: "agent",
        remedy: "nothing: who is forgotten has a whole burst again")
    package static let age = Limit(
        Duration.seconds(180), "after its last report over HTTP an instance is served as down", per: "instance",
        metric: ServiceState.up.family.name,
        remedy: "report at least once a minute, as OpenTelemetry's SDKs do by default (OTEL_METRIC_EXPORT_INTERVAL)")

    package static let exporters = Limit(
        64, "users that export by OTLP; past them the sums of whoever has exported nothing for longest begin anew",
        per: "agent",
        remedy: "nothing: what is cumulative is whole again with the next export")

    package static let all: [any AnyLimit] = [
        connections, share, body, bodies, rate, burst, each, peers, age, exporters,
    ]
}

extension ReceivedLimits {
    /// What one instance may report in text or by OTLP: no more than one may whose segment is read.
    ///
    /// - Parameter series: as many as `--series-limit` says.
    package static func ofInstance(series: Int = SeriesLimits.series.value) -> Self {
        Self(
            families: SegmentLayout.mostFamilies, series: series, labels: SegmentLayout.mostLabels,
            labelBytes: SegmentLayout.longestLabels, labelValue: SegmentLayout.longestLabelValue,
            name: SegmentLayout.longestName,
            help: SegmentLayout.longestHelp, unit: SegmentLayout.longestUnit, buckets: SegmentLayout.mostBuckets)
    }
}
