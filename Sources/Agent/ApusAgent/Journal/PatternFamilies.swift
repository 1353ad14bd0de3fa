import ApusMetrics
import ApusJournal
import AgentMetrics

/// What users' patterns have counted in the journal, on a scrape.
struct PatternFamilies: FamilySource {
    let patterns: [JournalPattern]
    let follower: JournalFollower

    var claimedNames: Set<String> { Set(patterns.flatMap(\.family.claimedNames)) }

    func write(to encoder: inout ExpositionEncoder) {
        guard let counts = follower.snapshot()?.patterns, !patterns.isEmpty else { return }
        for pattern in patterns {
            let family = pattern.family
            encoder.begin(family)
            let series = counts[family.name]?.series ?? [:]
            // One without labels is there from the start, so that its first entry is a rise.
            if series.isEmpty && family.labelNames.isEmpty { write(PatternCounts.Value(), [], of: family, to: &encoder) }
            for (labels, value) in series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                write(value, labels, of: family, to: &encoder)
            }
        }
        let labels = patterns.map { JournalPatternLabels(pattern: $0.family.name) }
        encoder.family(
            JournalFollowing.patternDrops, labels.map { ($0, Double(counts[$0.pattern]?.dropped ?? 0)) })
        encoder.family(
            JournalFollowing.patternFailures, labels.map { ($0, Double(counts[$0.pattern]?.failed ?? 0)) })
    }

    private func write(
        _ value: PatternCounts.Value, _ labels: [String], of family: MetricFamily, to encoder: inout ExpositionEncoder
    ) {
        let bytes = LabelBytes.render(zip(family.labelNames, labels))
        let buckets = value.buckets.isEmpty ? Array(repeating: 0, count: family.buckets.count + 1) : value.buckets
        encoder.point(
            Point(
                labels: bytes,
                value: family.kind == .counter ? .integer(value.count) : .histogram(counts: buckets, sum: value.sum)),
            of: family)
    }
}
