import AgentMetrics
package import ApusLimits
import ApusMetrics
import ApusSegment

/// What the agent takes of a segment; the writer of it keeps to the same bounds.
package enum SegmentLimits: LimitCatalog {
    package static let title = "What a process registers"

    private static let clipped = ServiceState.clippedSeries.name
    private static let shorten = "shorten the declaration in the service: the agent's log names the family"
    private static func bytes(_ count: Int) -> ByteLimit { ByteLimit(bytes: count) }

    package static let all: [any AnyLimit] = [
        Limit(bytes(SegmentLayout.longestName), "the name of a family", per: "instance", remedy: shorten),
        Limit(bytes(SegmentLayout.longestHelp), "the help text of a family", per: "instance", remedy: shorten),
        Limit(bytes(SegmentLayout.longestUnit), "the unit of a family", per: "instance", remedy: shorten),
        Limit(bytes(SegmentLayout.longestStates), "the states of a state set together", per: "instance", remedy: shorten),
        Limit(SegmentLayout.mostBuckets, "bounds of a histogram", per: "instance", remedy: shorten),
        Limit(
            bytes(SegmentLayout.longestLabels), "the labels of one series together", per: "instance", metric: clipped,
            remedy: "put ids and texts into logs and exemplars, not into labels"),
        Limit(
            SegmentLayout.mostLabels, "labels of one series", per: "instance", metric: clipped,
            remedy: "give the family fewer labels: the agent's log names it"),
        Limit(
            bytes(SegmentLayout.longestLabelValue), "the value of one label", per: "instance", metric: clipped,
            remedy: "put ids and texts into logs and exemplars, not into labels"),
        Limit(
            SegmentLayout.mostFamilies, "families", per: "instance", metric: ServiceState.unreadSeries.name,
            remedy: "put what varies into a label, not into the name of the family"),
        Limit(
            SegmentLayout.entriesOfSlice, "entries that are taken in at a time", per: "instance",
            remedy: "nothing: the rest follows within a second, and others are read in between"),
        Limit(
            bytes(SegmentLayout.textOfSlice), "texts that are taken in at a time", per: "instance",
            remedy: "nothing: the rest follows within a second, and others are read in between"),
    ]
}
