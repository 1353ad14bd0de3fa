import AgentMetrics
import ApusJournal
import ApusLinux
import ApusMetrics
import ApusSystemd

/// The journal of the host, as far as it is followed: entries by unit and priority, and how far the following has come.
///
/// Counts are served once the journal's end has been reached: before that they may be lower than what an earlier process served,
/// which a reader takes for a restart from zero.
struct JournalSource: Source {
    static let name = "journal"
    static let cadence = Cadence.look

    struct One: Sendable {
        let journal: FollowedJournal
        /// Age in seconds of the newest counted entry while there are later ones.
        let lag: Double
        /// Services that have series whether they have written or not.
        let known: Set<String>
        var counts: JournalCounts? { journal.counts }
    }

    static let rows: [Row<ByJournal<One>>] =
        ([
            Row(JournalFollowing.up) { $0.journal.isWell ? 1 : 0 },
            Row(JournalFollowing.age) { $0.journal.age },
            Row(JournalFollowing.lag) { $0.journal.age == nil ? nil : $0.lag },
            Row.each(JournalFollowing.files) { reading in
                let files = reading.journal.files
                return [
                    ("read", files.read), ("damaged", files.damaged), ("unreadable", files.unreadable),
                    ("excess", files.excess),
                ].map { (JournalFileLabels(state: $0.0), Double($0.1)) }
            },
            Row(JournalFollowing.unitsLeft) { $0.counts.map { Double($0.unitsLeft) } },
            Row(JournalFollowing.unitsFull) { $0.counts.map { $0.isFull ? 1 : 0 } },
            Row.each(Journal.messages) { messages($0) },
            Row.each(Journal.lastError) { reading in
                (reading.counts?.lastErrors ?? []).map {
                    (UnitLabels(unit: $0.unit), Double($0.error.realtime) / 1e6)
                }
            },
            Row(Journal.missing) { $0.counts.map { Double($0.missing) } },
            Row(Journal.unreadable) { $0.counts.map { Double($0.unreadable) } },
        ] as [Row<One>]).map { Row.ofEach($0) }

    private let subject: HostSubject
    private let journals: @Sendable (Moment) -> [FollowedJournal]

    init?(_ subject: HostSubject) {
        guard let journals = subject.journals else { return nil }
        self.subject = subject
        self.journals = journals
    }

    func read(at now: Moment) throws(LinuxError) -> ByJournal<One> {
        let known = subject.knownServices(at: now)
        return ByJournal(journals(now)) { journal in
            let newest = journal.isAtEnd ? nil : journal.newest
            return One(
                journal: journal, lag: newest.map { max(0, now.realtime - $0) } ?? 0,
                known: journal.namespace == nil ? known : [])
        }
    }

    func age(of readings: ByJournal<One>) -> Double? { readings.all.compactMap(\.reading.journal.age).max() }
    func isWell(_ readings: ByJournal<One>) -> Bool { readings.all.allSatisfy { $0.reading.journal.isWell } }

    private static func messages(_ reading: One) -> [(labels: JournalMessageLabels, value: Double)] {
        guard let counts = reading.counts else { return [] }
        var samples: [(labels: JournalMessageLabels, value: Double)] = []
        // Units that have written nothing yet are listed too; targets, mounts and the like never write.
        let started = counts.events.keys.lazy.filter { $0.event == .started && $0.owner == nil && $0.unit.isService }
        var silent = reading.known.union(started.map(\.unit))
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
        return samples
    }
}

extension HostSubject {
    /// Services that are asked for by name, or watched: their first crash is a rise from 0 though nobody has seen them start.
    func knownServices(at now: Moment) -> Set<String> {
        let watched = units?(now)
        let names = journalUnits ?? watched.map { $0.expected.union($0.snapshot.units.lazy.map(\.name)) } ?? []
        return names.filter(\.isService)
    }
}

extension String {
    fileprivate var isService: Bool { hasSuffix(".service") }
}
