import AgentMetrics
package import ApusLimits
import ApusMetrics
import ApusSegment

/// What a reporter registers of its service: what goes over it costs the service nothing but the series.
package enum ReporterLimits: LimitCatalog {
    package static let title = "In the service"

    private static let dropped = ServiceState.droppedFamilySeries.name

    package static let series = Limit(
        Reporter.defaultSeriesLimit, "series of one process", per: "service", option: "Reporter(seriesLimit:)", metric: dropped,
        remedy: "bound the values of the label that the service's own log names by its family; more than the agent's "
            + "--series-limit are not served")
    package static let familySeries = Limit(
        Reporter.defaultFamilySeriesLimit, "series of one family", per: "family", option: "Reporter(familySeriesLimit:)",
        metric: dropped, remedy: "bound the values of the family's labels: patterns instead of paths, no ids")
    package static let droppedFamilies = Limit(
        SegmentWriter.mostDroppedFamilies, "families whose dropped series are counted by name", per: "service",
        metric: ServiceState.droppedSeries.name, remedy: "none is needed: all are counted together")

    package static let all: [any AnyLimit] = [series, familySeries, droppedFamilies]
}
