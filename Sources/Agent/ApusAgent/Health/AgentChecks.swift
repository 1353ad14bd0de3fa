import AgentMetrics
import ApusJournal

/// All that is checked of the agent: for `/health/detailed` and for the metric of checks, so that the two agree.
///
/// The agent fails only where it does not do its work. Whatever else is wrong is a warning: whoever restarts what fails would
/// mend nothing.
struct AgentChecks: Sendable {
    private let host: HostSubject
    private let work: AgentWork
    private let roster: Roster
    private let bites: LimitBites
    /// Seconds.
    private let interval: Double

    /// Turns of the sampling loop that may be missed, as `/health` has it.
    private static let missedTurns = 3.0
    /// Seconds without a look at the journal, which come every five seconds, and without a word of systemd.
    private static let longestSilence = 60.0
    /// Seconds for which a limit that bit is told.
    private static let recent = 300.0
    /// Seconds before the certificate's end.
    private static let soon = 14 * 86_400.0
    /// Messages to the service manager that may wait.
    private static let mostWaiting = 100

    init(host: HostSubject, work: AgentWork, roster: Roster, bites: LimitBites, interval: Duration) {
        self.host = host
        self.work = work
        self.roster = roster
        self.bites = bites
        self.interval = interval / .seconds(1)
    }

    /// - Parameter tallies: how the sources are.
    func all(_ tallies: [(name: String, tally: SourceTally)], at now: Moment) -> [HealthFinding] {
        var checks = [sampling(now), store(), limits(now)]
        checks += tallies.compactMap { Self.source($0.name, $0.tally) }
        checks += journals(now)
        checks += units(now)
        checks += configuration(now)
        checks += subjects()
        checks += probes(now)
        return checks
    }

    private func sampling(_ now: Moment) -> HealthFinding {
        let age = work.sampleAge(at: now)
        let isStalled = age > interval * Self.missedTurns
        return HealthFinding(
            name: "sampling", measurement: "age", status: isStalled ? .fail : .pass, value: age, unit: "s",
            output: isStalled ? "the sampling loop stands still: what is served grows old" : nil)
    }

    private static func source(_ name: String, _ tally: SourceTally) -> HealthFinding? {
        guard tally.subjects > 0 else { return nil }
        return HealthFinding(
            name: "source-\(name)", measurement: "age", status: tally.failures == 0 ? .pass : .warn, value: tally.age,
            unit: "s",
            output: tally.failures == 0
                ? nil
                : "cannot be read of \(tally.failures) of \(tally.subjects): "
                    + (name.hasPrefix(JournalSource.name) ? "see the check journal" : "the agent's log says why, once of each"))
    }

    private func journals(_ now: Moment) -> [HealthFinding] {
        (host.journals?(now) ?? []).map { journal in
            let isSilent = journal.age.map { $0 > Self.longestSilence } ?? true
            let output =
                !journal.isOpen
                ? "the journal cannot be opened, or has no files"
                : isSilent
                    ? "nobody has looked at the journal for too long"
                    : journal.counts == nil ? "entries up to the agent's start are not counted yet" : nil
            return HealthFinding(
                name: journal.namespace.map { "journal-\($0)" } ?? "journal", measurement: "age",
                status: output == nil ? .pass : .warn, value: journal.age, unit: "s", output: output)
        }
    }

    private func units(_ now: Moment) -> [HealthFinding] {
        guard let units = host.units?(now) else { return [] }
        let isUp = units.snapshot.isUp
        return [
            HealthFinding(
                name: "bus", measurement: "age", status: isUp ? .pass : .warn, value: units.age, unit: "s",
                output: isUp ? nil : "systemd does not answer; what it said last is served for a while")
        ]
    }

    private func configuration(_ now: Moment) -> [HealthFinding] {
        let standing = host.configuration()
        var checks: [HealthFinding] = []
        if let takenAt = standing.takenAt {
            checks.append(
                HealthFinding(
                    name: "configuration", measurement: "age", status: standing.isCurrent ? .pass : .warn,
                    value: max(0, now.realtime - takenAt), unit: "s",
                    output: standing.isCurrent
                        ? nil : "the last reload failed, and the former values hold: the agent's log says what is wrong"))
        }
        if let end = standing.certificateEnd {
            let left = end - now.realtime
            checks.append(
                HealthFinding(
                    name: "certificate", measurement: "left", status: left > Self.soon ? .pass : .warn, value: left, unit: "s",
                    output: left > Self.soon ? nil : left > 0 ? "the certificate ends soon" : "the certificate has ended"))
        }
        return checks
    }

    private func store() -> HealthFinding {
        let waiting = work.totals.storeWaiting
        let isFull = waiting > Self.mostWaiting
        return HealthFinding(
            name: "segment-store", measurement: "waiting", status: isFull ? .warn : .pass, value: Double(waiting),
            output: isFull ? "the service manager takes no messages about kept segments" : nil)
    }

    /// The names of the checks of what the agent watches.
    static let ofSubjects: Set = ["instances", "groups"]

    private func subjects() -> [HealthFinding] {
        guard let turn = roster.current else { return [] }
        func check(
            _ name: String, _ measurement: String, _ output: String, _ isCounted: (SubjectSight) -> Bool
        ) -> HealthFinding {
            let count = turn.subjects.count { isCounted($0) }
            return HealthFinding(
                name: name, measurement: measurement, status: count == 0 ? .pass : .warn, value: Double(count),
                output: count == 0 ? nil : output)
        }
        return [
            check("instances", "down", "instances are down or hung: /api/v1/instances says which") {
                $0.kind != .group && $0.state.isAmiss
            },
            check("groups", "empty", "groups that the file names have no process: /api/v1/instances says which") {
                $0.kind == .group && $0.state.isAmiss
            },
        ]
    }

    private func probes(_ now: Moment) -> [HealthFinding] {
        guard let probes = roster.probes?(now), !probes.isEmpty else { return [] }
        let down = probes.count { $0.isUp == false }
        return [
            HealthFinding(
                name: "probes", measurement: "down", status: down == 0 ? .pass : .warn, value: Double(down),
                output: down == 0 ? nil : "probes have no answer: /api/v1/instances says which")
        ]
    }

    private func limits(_ now: Moment) -> HealthFinding {
        let recent = bites.recent(within: Self.recent, at: now)
        return HealthFinding(
            name: "limits", measurement: "bitten", status: recent.isEmpty ? .pass : .warn, value: Double(recent.count),
            output: recent.isEmpty
                ? nil : recent.joined(separator: ", ") + " in the last minutes: docs/limits.md says what to do")
    }
}
