import AgentMetrics
import ApusJournal
import ApusLinux
import ApusMetrics

/// What users' patterns have counted in the journal.
struct PatternsSource: Source {
    static let name = "journal-patterns"
    static let cadence = Cadence.look

    struct One: Sendable {
        let names: [String]
        let journal: FollowedJournal
        /// `nil` until all entries up to the agent's start are counted.
        var counts: [String: PatternCounts]? { journal.counts?.patterns }

        fileprivate func each(_ value: (PatternCounts?) -> UInt64) -> [(labels: JournalPatternLabels, value: Double)] {
            guard let counts else { return [] }
            return names.map { (JournalPatternLabels(pattern: $0), Double(value(counts[$0]))) }
        }
    }

    static let rows: [Row<ByJournal<One>>] =
        ([
            Row.each(JournalFollowing.patternDrops) { $0.each { $0?.dropped ?? 0 } },
            Row.each(JournalFollowing.patternFailures) { $0.each { $0?.failed ?? 0 } },
        ] as [Row<One>]).map { Row.ofEach($0) }

    private let patternRows: [Row<ByJournal<One>>]
    private let names: [String]
    private let journals: @Sendable (Moment) -> [FollowedJournal]

    init?(_ subject: HostSubject) {
        guard let journals = subject.journals, !subject.patterns.isEmpty else { return nil }
        self.journals = journals
        names = subject.patterns.map(\.family.name)
        patternRows = subject.patterns.map { pattern in
            Row.ofEach(
                Row<One>(family: pattern.family, labels: []) { reading, subject, _ in
                    reading.counts.map { counts in
                        .points { Self.points(counts[pattern.family.name], of: pattern.family, subject) }
                    } ?? .absent
                })
        }
    }

    func configuredRows(in reading: ByJournal<One>) -> [Row<ByJournal<One>>] { patternRows }

    func read(at now: Moment) throws(LinuxError) -> ByJournal<One> {
        ByJournal(journals(now)) { One(names: names, journal: $0) }
    }

    func age(of readings: ByJournal<One>) -> Double? { readings.all.compactMap(\.reading.journal.age).max() }
    func isWell(_ readings: ByJournal<One>) -> Bool { readings.all.allSatisfy { $0.reading.journal.isWell } }

    /// The series of a pattern.
    ///
    /// - Parameter subject: the labels that come before those that the pattern finds.
    private static func points(_ counts: PatternCounts?, of family: MetricFamily, _ subject: [UInt8]) -> [Point] {
        let series = counts?.series ?? [:]
        // One without labels is there from the start, so that its first entry is a rise.
        if series.isEmpty && family.labelNames.isEmpty { return [point(PatternCounts.Value(), [], of: family, subject)] }
        return series.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { point($0.value, $0.key, of: family, subject) }
    }

    private static func point(
        _ value: PatternCounts.Value, _ labels: [String], of family: MetricFamily, _ subject: [UInt8]
    ) -> Point {
        let buckets = value.buckets.isEmpty ? Array(repeating: 0, count: family.buckets.count + 1) : value.buckets
        return Point(
            labels: Row<One>.joined(subject, Array(zip(family.labelNames, labels))),
            value: family.kind == .counter ? .integer(value.count) : .histogram(counts: buckets, sum: value.sum))
    }
}
