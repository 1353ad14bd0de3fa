import AgentMetrics
import ApusJournal
import ApusLinux
import ApusMetrics

/// The life of units as systemd writes it into the journal: starts, ends by cause, kills, and what ended runs have used.
struct JournalUnitsSource: Source {
    static let name = "journal-units"
    static let cadence = Cadence.look

    struct One: Sendable {
        let journal: FollowedJournal
        /// `nil` until all entries up to the agent's start are counted.
        let counts: JournalUnitCounts?
    }

    static let rows: [Row<ByJournal<One>>] =
        ([
            Row.each(JournalUnits.starts) { $0.counts?.byUnit(.started) ?? [] },
            Row.each(JournalUnits.startFailures) { $0.counts?.byUnit(.startFailed) ?? [] },
            Row.each(JournalUnits.exits) { $0.counts?.exits ?? [] },
            Row.each(JournalUnits.startLimits) { $0.counts?.startLimits ?? [] },
            Row.each(JournalUnits.processExits) { reading in
                (reading.counts?.series(.processExited) ?? []).map {
                    (JournalProcessExitLabels(unit: $0.series.unit, code: $0.series.cause, status: $0.series.status), $0.count)
                }
            },
            Row.each(JournalUnits.restarts) { $0.counts?.byUnit(.restartScheduled) ?? [] },
            Row.each(JournalUnits.oomKills) { $0.counts?.kills ?? [] },
            Row.each(JournalUnits.coreDumps) { reading in
                (reading.counts?.series(.coreDumped) ?? []).map {
                    (JournalCoreDumpLabels(unit: $0.series.unit, signal: $0.series.cause), $0.count)
                }
            },
            Row.each(Journal.suppressed) { $0.counts?.byUnit(.messagesSuppressed) ?? [] },
            Row(Journal.kernelMissed) { $0.counts?.series(.kernelMessagesMissed).reduce(0) { $0 + $1.count } },
            Row.each(JournalConsumption.cpu) {
                $0.counts?.used([(.cpuNanoseconds, { UnitLabels(unit: $0) })], scale: 1e-9) ?? []
            },
            Row.each(JournalConsumption.io) {
                $0.counts?.used([
                    (.ioReadBytes, { JournalIOLabels(unit: $0, direction: "read") }),
                    (.ioWrittenBytes, { JournalIOLabels(unit: $0, direction: "write") }),
                ]) ?? []
            },
            Row.each(JournalConsumption.ioOperations) {
                $0.counts?.used([
                    (.ioReads, { JournalIOLabels(unit: $0, direction: "read") }),
                    (.ioWrites, { JournalIOLabels(unit: $0, direction: "write") }),
                ]) ?? []
            },
            Row.each(JournalConsumption.ip) {
                $0.counts?.used([
                    (.ipReceivedBytes, { JournalIPLabels(unit: $0, direction: "receive") }),
                    (.ipSentBytes, { JournalIPLabels(unit: $0, direction: "send") }),
                ]) ?? []
            },
            Row.each(JournalConsumption.ipPackets) {
                $0.counts?.used([
                    (.ipReceivedPackets, { JournalIPLabels(unit: $0, direction: "receive") }),
                    (.ipSentPackets, { JournalIPLabels(unit: $0, direction: "send") }),
                ]) ?? []
            },
            Row.each(JournalConsumption.memoryPeak) {
                $0.counts?.used([(.memoryPeakBytes, { UnitLabels(unit: $0) })]) ?? []
            },
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
            One(
                journal: journal,
                // systemd tells of units in the system's journal alone.
                counts: journal.counts.map { JournalUnitCounts($0, known: journal.namespace == nil ? known : []) })
        }
    }

    func age(of readings: ByJournal<One>) -> Double? { readings.all.compactMap(\.reading.journal.age).max() }
    func isWell(_ readings: ByJournal<One>) -> Bool { readings.all.allSatisfy { $0.reading.journal.isWell } }
}

/// The events of units in a journal's counts, sorted out by kind.
struct JournalUnitCounts: Sendable {
    /// What ends of a unit may come to that an alert wants to see rise from 0.
    private static let usualCauses = ["success", "exit-code", "signal", "core-dump", "watchdog", "timeout", "oom-kill"]

    private let counts: JournalCounts
    private var byEvent: [JournalEvent: [(series: JournalEventSeries, count: Double)]] = [:]
    /// The units that are known beforehand, and those of which a start or an end is counted.
    private var units: Set<String>

    init(_ counts: JournalCounts, known: Set<String>) {
        self.counts = counts
        units = known
        for (series, count) in counts.events where series.owner == nil {
            byEvent[series.event, default: []].append((series, Double(count)))
            switch series.event {
            case .started, .succeeded, .failed: units.insert(series.unit)
            default: break
            }
        }
    }

    /// The series of an event, in an order that stays.
    func series(_ event: JournalEvent) -> [(series: JournalEventSeries, count: Double)] {
        (byEvent[event] ?? []).sorted {
            ($0.series.unit, $0.series.cause, $0.series.status) < ($1.series.unit, $1.series.cause, $1.series.status)
        }
    }

    func byUnit(_ event: JournalEvent) -> [(labels: UnitLabels, value: Double)] {
        countsByUnit(event).map { (UnitLabels(unit: $0.unit), $0.count) }
    }

    /// Counts an event of each unit, 0 where only other events are known: the first one is a rise that a query sees.
    private func countsByUnit(_ event: JournalEvent) -> [(unit: String, count: Double)] {
        var byUnit = Dictionary(uniqueKeysWithValues: units.map { ($0, 0.0) })
        for (series, count) in byEvent[event] ?? [] { byUnit[series.unit, default: 0] += count }
        return byUnit.sorted { $0.key < $1.key }.map { (unit: $0.key, count: $0.value) }
    }

    /// Ends by cause.
    var exits: [(labels: JournalExitLabels, value: Double)] {
        var byLabels: [JournalExitLabels: Double] = [:]
        for unit in units {
            for cause in Self.usualCauses { byLabels[JournalExitLabels(unit: unit, cause: cause)] = 0 }
        }
        for (series, count) in byEvent[.succeeded] ?? [] {
            byLabels[JournalExitLabels(unit: series.unit, cause: "success"), default: 0] += count
        }
        for (series, count) in byEvent[.failed] ?? [] where !Self.isStartLimit(series.cause) {
            byLabels[JournalExitLabels(unit: series.unit, cause: series.cause), default: 0] += count
        }
        return byLabels.sorted { ($0.key.unit, $0.key.cause) < ($1.key.unit, $1.key.cause) }
            .map { ($0.key, $0.value) }
    }

    /// Whether a unit failed because it was started too often, or a socket or path triggered it too often: nothing has ended.
    private static func isStartLimit(_ cause: String) -> Bool {
        ["start-limit-hit", "trigger-limit-hit"].contains { cause.hasSuffix($0) }
    }

    /// Starts that were refused because there were too many.
    var startLimits: [(labels: UnitLabels, value: Double)] {
        var byUnit = Dictionary(uniqueKeysWithValues: units.map { ($0, 0.0) })
        for (series, count) in byEvent[.failed] ?? [] where Self.isStartLimit(series.cause) {
            byUnit[series.unit, default: 0] += count
        }
        return byUnit.sorted { $0.key < $1.key }.map { (UnitLabels(unit: $0.key), $0.value) }
    }

    /// Kills for want of memory, by who killed.
    var kills: [(labels: JournalOOMLabels, value: Double)] {
        [(JournalEvent.outOfMemory, "kernel"), (.oomdKilled, "oomd")].flatMap { event, killer in
            countsByUnit(event).map { (JournalOOMLabels(unit: $0.unit, killer: killer), $0.count) }
        }
    }

    /// What the ended runs have used of some resources.
    func used<Labels>(
        _ parts: [(resource: UnitResource, labels: (String) -> Labels)], scale: Double = 1
    ) -> [(labels: Labels, value: Double)] {
        counts.consumptions.flatMap { unit, used in
            parts.compactMap { part in used[part.resource].map { (part.labels(unit), Double($0) * scale) } }
        }
    }
}
