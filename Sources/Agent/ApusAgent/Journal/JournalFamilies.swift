import ApusMetrics
import ApusSystemd
import ApusJournal
import CLinux
import AgentMetrics

/// The journal's families on a scrape.
///
/// Counts are served once the journal's end has been reached: before that they may be lower than what an earlier process served,
/// which a reader takes for a restart from zero.
struct JournalFamilies: FamilySource {
    let follower: JournalFollower
    /// The units whose entries count; nil: all.
    let units: Set<String>?
    /// Of the units that are watched.
    let watcher: UnitWatcher?

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
        let services = knownServices
        writeMessages(counts, services, to: &encoder)
        JournalUnitFamilies(counts, known: services).write(to: &encoder)
        encoder.family(Journal.missing, Double(counts.missing))
        encoder.family(Journal.unreadable, Double(counts.unreadable))
    }

    /// Services that are asked for by name, or watched: their first crash is a rise from 0 though nobody has seen them start.
    private var knownServices: Set<String> {
        let names = units ?? watcher.map { $0.expected.union($0.snapshot().units.lazy.map(\.name)) } ?? []
        return names.filter(Self.isService)
    }

    private static func isService(_ unit: String) -> Bool { unit.hasSuffix(".service") }

    private func writeMessages(_ counts: JournalCounts, _ services: Set<String>, to encoder: inout ExpositionEncoder) {
        var samples: [(JournalMessageLabels, Double)] = []
        // Those that have written nothing yet; targets, mounts and the like never do.
        var silent = services.union(
            counts.events.keys.lazy.filter { $0.event == .started && Self.isService($0.unit) }.map(\.unit))
        counts.forEachUnit { unit, cells in
            silent.remove(unit)
            for (priority, count) in zip(JournalPriority.allCases, cells) {
                // A unit's first error is a rise from 0, not a series that comes as 1: all priorities of a known unit are there.
                guard count > 0 || priority != .unspecified else { continue }
                samples.append((JournalMessageLabels(unit: unit, priority: priority.name), Double(count)))
            }
        }
        for unit in silent.sorted() {
            for priority in JournalPriority.allCases where priority != .unspecified {
                samples.append((JournalMessageLabels(unit: unit, priority: priority.name), 0))
            }
        }
        encoder.family(Journal.messages, samples)
        encoder.family(
            Journal.lastError,
            counts.lastErrors.map { (JournalUnitLabels(unit: $0.unit), Double($0.error.realtime) / 1e6) })
    }
}
