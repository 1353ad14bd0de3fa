import AgentMetrics
import ApusJournal
import ApusLinux
import ApusMetrics

/// What users' patterns have counted in the journal.
struct PatternsSource: Source {
    static let name = "journal-patterns"
    static let cadence = Cadence.look

    struct Reading: Sendable {
        let names: [String]
        let journal: FollowedJournal
        /// `nil` until all entries up to the agent's start are counted.
        var counts: [String: PatternCounts]? { journal.counts?.patterns }

        fileprivate func each(_ value: (PatternCounts?) -> UInt64) -> [(labels: JournalPatternLabels, value: Double)] {
            guard let counts else { return [] }
            return names.map { (JournalPatternLabels(pattern: $0), Double(value(counts[$0]))) }
        }
    }

    static let rows: [Row<Reading>] = [
        Row.each(JournalFollowing.patternDrops) { $0.each { $0?.dropped ?? 0 } },
        Row.each(JournalFollowing.patternFailures) { $0.each { $0?.failed ?? 0 } },
    ]

    let configuredRows: [Row<Reading>]
    private let names: [String]
    private let journal: @Sendable (Moment) -> FollowedJournal

    init?(_ subject: HostSubject) {
        guard let journal = subject.journal, !subject.patterns.isEmpty else { return nil }
        self.journal = journal
        names = subject.patterns.map(\.family.name)
        configuredRows = subject.patterns.map { pattern in
            Row(family: pattern.family, labels: []) { reading, _, _ in
                reading.counts.map { counts in
                    .points { Self.points(counts[pattern.family.name], of: pattern.family) }
                } ?? .absent
            }
        }
    }

    func read(at now: Moment) throws(LinuxError) -> Reading {
        Reading(names: names, journal: journal(now))
    }

    func age(of reading: Reading) -> Double? { reading.journal.age }
    func isWell(_ reading: Reading) -> Bool { reading.journal.isWell }

    private static func points(_ counts: PatternCounts?, of family: MetricFamily) -> [Point] {
        let series = counts?.series ?? [:]
        // One without labels is there from the start, so that its first entry is a rise.
        if series.isEmpty && family.labelNames.isEmpty { return [point(PatternCounts.Value(), [], of: family)] }
        return series.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { point($0.value, $0.key, of: family) }
    }

    private static func point(_ value: PatternCounts.Value, _ labels: [String], of family: MetricFamily) -> Point {
        let buckets = value.buckets.isEmpty ? Array(repeating: 0, count: family.buckets.count + 1) : value.buckets
        return Point(
            labels: LabelBytes.render(zip(family.labelNames, labels)),
            value: family.kind == .counter ? .integer(value.count) : .histogram(counts: buckets, sum: value.sum))
    }
}
