import ApusMetrics
import ApusSystemd
import CLinux
import MetricCatalog

/// The journal's families on a scrape.
///
/// Counts are served once the journal's end has been reached: before that they may be lower than what an earlier process served,
/// which a reader takes for a restart from zero.
struct JournalFamilies: FamilySource {
    let follower: JournalFollower

    func write(to encoder: inout ExpositionEncoder) {
        let counts = follower.snapshot()
        let progress = follower.progress()
        encoder.family(JournalFollowing.up, progress.isOpen && counts != nil ? 1 : 0)
        if let look = progress.lastLook {
            encoder.family(JournalFollowing.age, max(0, (ContinuousClock.now - look) / .seconds(1)))
            let now = Double(apus_realtime_nanoseconds()) / 1e9
            let newest = progress.isAtEnd ? nil : progress.lastEntry
            encoder.family(JournalFollowing.lag, newest.map { max(0, now - Double($0) / 1e6) } ?? 0)
        }
        guard let counts else { return }
        writeMessages(counts, to: &encoder)
        JournalUnitFamilies(counts).write(to: &encoder)
        encoder.family(Journal.missing, Double(counts.missing))
        encoder.family(Journal.unreadable, Double(counts.unreadable))
    }

    private func writeMessages(_ counts: JournalCounts, to encoder: inout ExpositionEncoder) {
        var samples: [(JournalMessageLabels, Double)] = []
        counts.forEachUnit { unit, cells in
            for (priority, count) in zip(JournalPriority.allCases, cells) {
                // A unit's first error is a rise from 0, not a series that comes as 1: all priorities of a known unit are there.
                guard count > 0 || priority != .unspecified else { continue }
                samples.append((JournalMessageLabels(unit: unit, priority: priority.name), Double(count)))
            }
        }
        encoder.family(Journal.messages, samples)
        encoder.family(
            Journal.lastError,
            counts.lastErrors.map { (JournalUnitLabels(unit: $0.unit), Double($0.error.realtime) / 1e6) })
    }
}
