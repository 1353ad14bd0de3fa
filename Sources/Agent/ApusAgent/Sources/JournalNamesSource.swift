import AgentMetrics
import ApusJournal
import ApusLinux
import ApusMetrics
import ApusSystemd

/// The journal by container, by unit of users' managers and by identifier, as far as it is followed.
struct JournalNamesSource: Source {
    static let name = "journal-names"
    static let cadence = Cadence.look

    static let rows: [Row<ByJournal<FollowedJournal>>] =
        [
            Row.each(JournalNames.containers) { journal in
                messages(.container, journal) { JournalContainerLabels(uid: $0.owner, container: $0.name, priority: $1) }
            },
            Row.each(JournalNames.userUnits) { journal in
                messages(.userUnit, journal) { JournalUserUnitMessageLabels(uid: $0.owner, unit: $0.name, priority: $1) }
            },
            Row.each(JournalNames.identifiers) { journal in
                messages(.identifier, journal) { JournalIdentifierLabels(uid: $0.owner, identifier: $0.name, priority: $1) }
            },
            Row.each(JournalNames.userUnitStarts) { events(.started, $0) },
            Row.each(JournalNames.userUnitStartFailures) { events(.startFailed, $0) },
            Row.each(JournalNames.userUnitExits) { exits($0) },
            Row.each(JournalNames.userUnitRestarts) { events(.restartScheduled, $0) },
            Row.each(JournalFollowing.namesLeft) { journal in kinds(journal) { Double($0.left) } },
            Row.each(JournalFollowing.namesFull) { journal in kinds(journal) { $0.isFull ? 1 : 0 } },
        ].map { Row.ofEach($0) }

    private let journals: @Sendable (Moment) -> [FollowedJournal]

    init?(_ subject: HostSubject) {
        guard let journals = subject.journals else { return nil }
        self.journals = journals
    }

    func read(at now: Moment) throws(LinuxError) -> ByJournal<FollowedJournal> { ByJournal(journals(now)) { $0 } }

    func age(of readings: ByJournal<FollowedJournal>) -> Double? { readings.all.compactMap(\.reading.age).max() }
    func isWell(_ readings: ByJournal<FollowedJournal>) -> Bool { readings.all.allSatisfy { $0.reading.isWell } }

    private static func messages<Labels>(
        _ kind: JournalNameKind, _ journal: FollowedJournal, _ labels: (JournalOwnedName, String) -> Labels
    ) -> [(labels: Labels, value: Double)] {
        var samples: [(labels: Labels, value: Double)] = []
        journal.counts?.forEach(kind) { name, cells in
            for (priority, count) in zip(JournalPriority.allCases, cells) {
                // The first error is a rise from 0: all priorities of a known name are there.
                guard count > 0 || priority != .unspecified else { continue }
                samples.append((labels(name, priority.name), Double(count)))
            }
        }
        return samples
    }

    private static func kinds(
        _ journal: FollowedJournal, _ value: (JournalTally) -> Double
    ) -> [(labels: JournalKindLabels, value: Double)] {
        guard let counts = journal.counts else { return [] }
        return JournalNameKind.allCases.filter(\.isOwned).map { (JournalKindLabels(kind: $0.rawValue), value(counts[$0])) }
    }

    /// Counts an event of each unit of which a start or an end is counted, 0 where there was none: the first one is a rise then.
    private static func events(
        _ event: JournalEvent, _ journal: FollowedJournal
    ) -> [(labels: UserUnitLabels, value: Double)] {
        var byUnit: [UserUnitLabels: Double] = [:]
        for (series, count) in journal.counts?.events ?? [:] {
            guard let owner = series.owner else { continue }
            let labels = UserUnitLabels(uid: owner, unit: series.unit)
            byUnit[labels, default: 0] += series.event == event ? Double(count) : 0
        }
        return byUnit.sorted { ($0.key.uid, $0.key.unit) < ($1.key.uid, $1.key.unit) }.map { ($0.key, $0.value) }
    }

    private static func exits(_ journal: FollowedJournal) -> [(labels: UserUnitExitLabels, value: Double)] {
        var byCause: [UserUnitExitLabels: Double] = [:]
        for (series, count) in journal.counts?.events ?? [:] {
            guard let owner = series.owner else { continue }
            func add(_ cause: String, _ count: Double) {
                byCause[UserUnitExitLabels(uid: owner, unit: series.unit, cause: cause), default: 0] += count
            }
            for cause in ["success", "exit-code"] { add(cause, 0) }
            switch series.event {
            case .succeeded: add("success", Double(count))
            case .failed: add(series.cause.isEmpty ? "other" : series.cause, Double(count))
            default: break
            }
        }
        return byCause.sorted { ($0.key.uid, $0.key.unit, $0.key.cause) < ($1.key.uid, $1.key.unit, $1.key.cause) }
            .map { ($0.key, $0.value) }
    }
}
