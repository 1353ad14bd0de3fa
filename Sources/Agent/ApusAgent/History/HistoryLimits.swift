package import ApusLimits

/// What the history of instances and groups takes of the agent.
package enum HistoryLimits: LimitCatalog {
    package static let title = "History"

    /// How far back it goes.
    package static let span = Limit(
        Duration.seconds(3600), "of history; what is older is in Prometheus", per: "agent",
        remedy: "ask Prometheus: the agent is no database")
    /// Points of one series.
    package static let points = Limit(
        240, "points of a series; at intervals below 15 s one is made of several turns", per: "series",
        remedy: "ask Prometheus for what is finer")
    /// The memory of all points.
    package static let memory = Limit(
        ByteLimit.mebibytes(8),
        "for the points of all instances and groups; past it who is not expected, and of those who has come last under the names of the user with most, has none",
        per: "agent", remedy: "expect the instances that matter (--expect), or have others report under fewer names")

    package static let all: [any AnyLimit] = [span, points, memory]
}
