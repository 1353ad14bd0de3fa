import AgentMetrics
import ApusMetrics
import ApusProbes

/// How all probes of an agent stand at a moment: what every source of probes reads.
struct WatchedProbes: Sendable {
    /// In order of their identities.
    let standings: [ProbeStanding]
    let now: Moment

    /// Seconds since a moment of CLOCK_MONOTONIC.
    func age(of nanoseconds: UInt64) -> Double { now.seconds(since: nanoseconds) }

    /// - Parameter isIncluded: what one source serves of all kinds.
    init?(_ subject: HostSubject, at now: Moment, where isIncluded: (ProbeStanding) -> Bool = { _ in true }) {
        guard let probes = subject.probes else { return nil }
        self.init(standings: probes(now).filter(isIncluded), now: now)
    }

    init(standings: [ProbeStanding], now: Moment) {
        self.standings = standings
        self.now = now
    }
}

extension Row where Reading == WatchedProbes {
    /// The series of each probe: its own labels, `service`, `instance` and where it has one `name`, come before a series' own. None are served of a probe
    /// for which there are none, such as gauges of one that is down.
    ///
    /// ```swift
    /// Row.ofProbes(ProbedRedis.usedMemory) { standing, _ in
    ///     guard case .redis(let figures) = standing.figures else { return [] }
    ///     return [(NoLabels(), figures.usedMemory)]
    /// }
    /// ```
    static func ofProbes<Labels, Number: RowNumber>(
        _ declaration: some MetricDeclaration<Labels>,
        _ series: @escaping @Sendable (ProbeStanding, WatchedProbes) -> [(labels: Labels, value: Number)]
    ) -> Row {
        ofProbes(declaration.family) { standing, probes in
            series(standing, probes).map { (labels: $0.labels.pairs, value: $0.value.pointValue, began: nil) }
        }
    }

    /// The series of a counter of each probe, each with when it began in seconds since the Unix epoch; `nil` where nobody knows.
    static func ofProbeCounters<Labels, Number: RowNumber>(
        _ declaration: some MetricDeclaration<Labels>,
        _ series: @escaping @Sendable (ProbeStanding, WatchedProbes) -> [(labels: Labels, value: Number, began: Double?)]
    ) -> Row {
        ofProbes(declaration.family) { standing, probes in
            series(standing, probes).map { (labels: $0.labels.pairs, value: $0.value.pointValue, began: $0.began) }
        }
    }

    /// The series of a family of each probe, by their own labels, values and beginnings: of names that only the file gives.
    static func ofProbes(
        _ family: MetricFamily,
        _ series:
            @escaping @Sendable (ProbeStanding, WatchedProbes) -> [(
                labels: [(String, String)], value: PointValue, began: Double?
            )]
    ) -> Row {
        Row(family: family, labels: []) { probes, subject, _ in
            let count = probes.standings.reduce(0) { $0 + series($1, probes).count }
            guard count > 0 else { return .absent }
            return .counted(count) {
                probes.standings.flatMap { standing in
                    series(standing, probes).map { labels, value, began in
                        Point(
                            labels: joined(subject, standing.declaration.labels + labels), value: value, created: began
                        )
                    }
                }
            }
        }
    }
}
