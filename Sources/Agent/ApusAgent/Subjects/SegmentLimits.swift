import AgentMetrics
package import ApusLimits
import ApusMetrics
import ApusSegment

/// What the agent takes of a segment; the writer of it keeps to the same bounds.
package enum SegmentLimits: LimitCatalog {
    package static let title = "What a process registers"

    private static let dropped = ServiceState.droppedFamilySeries.name
    private static let shorten = "shorten the declaration in the service, whose own log names the family"
    private static let labels =
        "put ids and texts into logs and exemplars, not into labels; the service's own log names the family and the label"
    private static func bytes(_ count: Int) -> ByteLimit { ByteLimit(bytes: count) }

    package static let all: [any AnyLimit] = [
        Limit(
            bytes(SegmentLayout.longestName), "the name of a family", per: "instance", metric: dropped, remedy: shorten),
        Limit(
            bytes(SegmentLayout.longestHelp), "the help text of a family", per: "instance",
            remedy: "nothing: the text is cut there"),
        Limit(
            bytes(SegmentLayout.longestUnit), "the unit of a family", per: "instance",
            remedy: "nothing: the family is served without a unit"),
        Limit(
            bytes(SegmentLayout.longestStates), "the states of a state set together", per: "instance", metric: dropped,
            remedy: shorten),
        Limit(SegmentLayout.mostBuckets, "bounds of a histogram", per: "instance", metric: dropped, remedy: shorten),
        Limit(
            bytes(SegmentLayout.longestLabels), "the labels of one series together", per: "instance", metric: dropped,
            remedy: labels),
        Limit(SegmentLayout.mostLabels, "labels of one series", per: "instance", metric: dropped, remedy: labels),
        Limit(
            bytes(SegmentLayout.longestLabelValue), "the value of one label", per: "instance", metric: dropped,
            remedy: labels),
        Limit(
            SegmentLayout.mostFamilies, "families", per: "instance", metric: ServiceState.clippedSeries.name,
            remedy: "put what varies into a label, not into the name of the family"),
        Limit(
            SegmentLayout.entriesOfSlice, "entries that are taken in at a time", per: "instance",
            remedy: "nothing: the rest follows within a second, and others are read in between"),
        Limit(
            bytes(SegmentLayout.mappedPages * SegmentLayout.Header.size),
            "the services' memory that stays mapped after it was read, about", per: "agent",
            remedy: "nothing: what is looked at again is mapped again, or read by copies"),
        Limit(
            bytes(SegmentLayout.mappedPagesOfReader * SegmentLayout.Header.size),
            "the memory of one service that stays mapped after it was read, about", per: "instance",
            remedy: "nothing: the rest is mapped each time, or read by copies"),
        Limit(
            bytes(SegmentLayout.textOfSlice), "texts that are taken in at a time", per: "instance",
            remedy: "nothing: the rest follows within a second, and others are read in between"),
    ]
}
