import AgentMetrics
import ApusLimits
import ApusJournal
import ApusLinux
package import ApusMetrics
import ApusProbes
import CLinux
import EventCatalog
package import Logging
import NIOCore
import Synchronization

/// Plans what `/metrics` serves: of the host and of all instances, family by family.
package final class Exposition: Sendable {
    let table: InstanceTable
    /// The groups of processes that the configuration file names; `nil` without one.
    private let groups: GroupTable?
    let work: AgentWork
    private let host: Mutex<SourceReadings<HostSubject>>
    /// Families of the sources' rows, in order, with the rows of each.
    let families: [RowFamily]
    /// The names of what the agent serves itself: no service can report under them.
    private let reserved: ReservedFamilies
    /// How probes stand; `nil` where no file could name any.
    private let probes: (@Sendable (Moment) -> [ProbeStanding])?
    /// Whose families the last exposition had in place of those of instances, by their names.
    let refused = Mutex<[InstanceIdentity: [String: String]]>([:])
    /// What the agent serves of its own process, by name.
    let ownProcessFamilies: [String: MetricFamily]
    private let servesReports: Bool
    private let createdSeries: Bool
    let sampleLimit: Int
    /// The checks of the agent; `nil`: none are served.
    private let checks: AgentChecks?
    let clock: AgentClock
    let logger: Logger
    /// Whether the log says that captured groups are not served.
    let isToldCut = Mutex(false)
    /// Whoever reports can cause any number of lines: by ending and coming again, under ever new names.
    private let throttle = LogThrottle<UInt32?>(burst: ReportLimits.servingLines.value)

    /// The rows of one family, of whichever subjects; a class, as each scrape has a step for each of them.
    final class RowFamily: Sendable {
        let family: MetricFamily
        let instanceRows: SubjectRows
        let hostRows: SubjectRows
        let groupRows: SubjectRows

        init(_ family: MetricFamily, instanceRows: SubjectRows, hostRows: SubjectRows, groupRows: SubjectRows) {
            self.family = family
            self.instanceRows = instanceRows
            self.hostRows = hostRows
            self.groupRows = groupRows
        }
    }

    package convenience init(
        table: InstanceTable, groups: GroupTable? = nil, host: HostSubject, configuration: AgentConfiguration,
        clock: AgentClock = .system, logger: Logger
    ) {
        self.init(
            table: table, groups: groups, host: host, configuration: configuration, checks: nil, clock: clock, logger: logger)
    }

    init(
        table: InstanceTable, groups: GroupTable?, host: HostSubject, configuration: AgentConfiguration, checks: AgentChecks?,
        clock: AgentClock, logger: Logger
    ) {
        self.checks = checks
        self.table = table
        self.groups = groups
        work = host.work
        probes = host.probes
        self.clock = clock
        self.logger = logger
        createdSeries = configuration.createdSeries
        sampleLimit = configuration.sampleLimit
        servesReports = configuration.sources.contains(ReportSource.name)
        ownProcessFamilies = Dictionary(
            OwnProcessSource.rows.map { ($0.family.name, $0.family) }, uniquingKeysWith: { first, _ in first })
        let selection = SourceSelection<HostSubject>(configuration.sources)
        var readings = SourceReadings(selection, labels: host.labels)
        // The agent's own process is there while it asks.
        try? readings.open(host, at: clock.now())
        self.host = Mutex(readings)
        let all = [table.sources.entries, selection.entries, groups?.sources.entries ?? []]
        let rows = all.map { Dictionary(grouping: $0.enumerated(), by: \.element.family.name) }
        var seen: Set<String> = []
        families = all.joined().map(\.family).filter { seen.insert($0.name).inserted }.map { family in
            let rows = rows.map { SubjectRows($0[family.name] ?? [], of: family) }
            return RowFamily(family, instanceRows: rows[0], hostRows: rows[1], groupRows: rows[2])
        }
        reserved = ReservedFamilies(names: Self.ownNames.union(host.patterns.flatMap(\.family.claimedNames)))
    }

    /// The names of what agents serve themselves, whichever sources they read.
    static let ownNames = Set(
        (SourceCatalog.entries.map(\.family).filter { ProbedNames.sharedFamilies[$0.name] == nil } + AgentSources.families
            + ReportedFamilies.families).flatMap(\.claimedNames))

    /// The names that probes serve in place of what is reported, and all that no instance can report.
    func reservedNames(at now: Moment) -> (probed: ProbedNames, reserved: ReservedFamilies) {
        let probed = ProbedNames(probes?(now) ?? [])
        return (probed, probed.gauges.isEmpty ? reserved : ReservedFamilies(names: reserved.names.union(probed.gauges)))
    }

    /// The whole exposition at once.
    package func render(_ format: ExpositionFormat = .text004) -> [UInt8] {
        let stream = stream(format)
        var bytes: [UInt8] = []
        while !stream.isFinished {
            stream.advance()
            bytes.append(contentsOf: stream.piece.readableBytesView)
        }
        return bytes
    }

    /// The exposition in pieces. What belongs to it is settled here, values of segments are read as the pieces are made.
    ///
    /// - Parameter unanswered: instances whose pages were not there in time: what they had before is not served as if it were new.
    func stream(_ format: ExpositionFormat, unanswered: Set<InstanceIdentity> = []) -> ExpositionStream {
        let cpu = apus_thread_cpu_nanoseconds()
        let now = clock.now()
        let instances = table.instances
        var tallies = read(instances, at: now)
        let (hostValues, configured) = readHost(at: now, in: &tallies)
        var watched = instances.map { instance in
            tellTroubles(of: instance)
            let values = instance.values()
            return SubjectValues(
                subject: instance.subjectLabels, own: table.sources.labels,
                values: unanswered.contains(instance.identity) ? downValues(values.count) : values)
        }
        var grouped = groups?.serve(at: now, in: &tallies, stopwatch: clock.stopwatch) ?? []
        let (probed, reserved) = reservedNames(at: now)
        let reported =
            servesReports
            ? ReportedPlan(
                unanswered.isEmpty ? instances : instances.filter { !unanswered.contains($0.identity) }, reserved: reserved,
                own: ownProcessFamilies, groups: Set(grouped.map(\.identity)), probed: probed.shared) : nil
        // What each of the sources has of its own comes to a few.
        let found = checks?.all(tallies, at: now) ?? []
        let named = configured.reduce(0) { if case .counted(let count, _) = $1.value { $0 + count } else { $0 } }
        let others = tallies.count { $0.tally.subjects > 0 } * 3 + found.count + named + (reported?.refused.count ?? 0)
        let room = SampleRoom(limit: sampleLimit, createdSeries: createdSeries && format == .openMetrics100)
        let cut = room.cut(
            &grouped, beside: [hostValues.values] + watched.map(\.values), others,
            wishes: reported?.wishes(room.createdSeries) ?? 0)
        tell(cut: cut.groups)
        unite(instances, &watched, &grouped)
        if let reported { takeOff(reported.refusedSamples, instances, &watched) }
        var steps: [ExpositionStream.Step] = []
        for family in families {
            steps.append(.rows(family))
            for joined in reported?.joined[family.family.name] ?? [] {
                steps.append(contentsOf: [.begin(joined, isMixed: false), .reported(joined)])
            }
        }
        for (family, value) in configured { steps.append(.value(family, value)) }
        steps += sourceSteps(tallies)
        if !found.isEmpty { steps.append(Self.checkStep(found)) }
        if let reported { plan(reported, &steps) }
        return ExpositionStream(
            format: format, createdSeries: createdSeries, steps: steps,
            host: hostValues, instances: watched,
            groups: grouped.map(\.values),
            work: work,
            sampleLimit: sampleLimit, ownSamples: cut.ownSamples, cpuNanoseconds: apus_thread_cpu_nanoseconds() - cpu)
    }

    /// Reads every instance, source by source, so that what a source costs is measured once and not for each of them.
    private func read(_ instances: [KnownInstance], at now: Moment) -> [(name: String, tally: SourceTally)] {
        var tallies: [(name: String, tally: SourceTally)] = []
        var start = clock.stopwatch()
        for (place, source) in table.sources.sources.enumerated() {
            var tally = SourceTally()
            for instance in instances { instance.read(place, at: now, in: &tally) }
            let end = clock.stopwatch()
            tally.readSeconds = Double(end - start) / 1e9
            start = end
            tallies.append((source.name, tally))
        }
        return tallies
    }

    private func readHost(
        at now: Moment, in tallies: inout [(name: String, tally: SourceTally)]
    ) -> (values: SubjectValues, configured: [(family: MetricFamily, value: RowValue)]) {
        let (values, configured, found, troubles) = host.withLock { [clock] host in
            var found: [(name: String, tally: SourceTally)] = []
            var start = clock.stopwatch()
            for (place, source) in host.selection.sources.enumerated() {
                var tally = SourceTally()
                // The agent's own process is there while it asks.
                try? host.read(place, at: now)
                host.count(place, at: now, in: &tally)
                let end = clock.stopwatch()
                tally.readSeconds = Double(end - start) / 1e9
                start = end
                found.append((source.name, tally))
            }
            let values = SubjectValues(subject: host.subject, own: host.selection.labels, values: host.values())
            return (values, host.configured(), found, host.takeTroubles())
        }
        tell(leftOut: troubles)
        for (source, error) in troubles { tell(source, error, of: "the host") { logger.log(level: $0, $1, metadata: $2) } }
        tallies += found
        return (values, configured)
    }

    /// How the sources are: written by the frame, as they are read by it.
    private func sourceSteps(_ tallies: [(name: String, tally: SourceTally)]) -> [ExpositionStream.Step] {
        let sorted = tallies.sorted { $0.name < $1.name }
            .map { (labels: LabelBytes.render(SourceLabels(source: $0.name).pairs), tally: $0.tally) }
        func step(_ declaration: Gauge<SourceLabels>, _ value: (SourceTally) -> Double?) -> ExpositionStream.Step {
            let points = sorted.compactMap { labels, tally in
                value(tally).map { Point(labels: labels, value: .double($0)) }
            }
            return .value(declaration.family, .points { points })
        }
        return [
            step(AgentSources.up) { $0.subjects == 0 ? nil : $0.failures == 0 ? 1 : 0 }, step(AgentSources.age) { $0.age },
            step(AgentSources.readSeconds) { $0.subjects == 0 ? nil : $0.readSeconds },
        ]
    }

    /// How the checks are, in the order of their names.
    private static func checkStep(_ checks: [HealthFinding]) -> ExpositionStream.Step {
        let points = checks.sorted { $0.name < $1.name }.map { check in
            Point(labels: LabelBytes.render(CheckLabels(check: check.name).pairs), value: .double(check.status.number))
        }
        return .value(AgentSources.checks.family, .points { points })
    }

    /// How the sources are, by what was read of them last: nothing is read anew.
    func survey() -> [(name: String, tally: SourceTally)] {
        let now = clock.now()
        var tallies: [(name: String, tally: SourceTally)] = []
        let instances = table.instances
        for (place, source) in table.sources.sources.enumerated() {
            var tally = SourceTally()
            for instance in instances { instance.count(place, at: now, in: &tally) }
            tallies.append((source.name, tally))
        }
        tallies += host.withLock { host in
            host.selection.sources.enumerated().map { place, source in
                var tally = SourceTally()
                host.count(place, at: now, in: &tally)
                return (name: source.name, tally: tally)
            }
        }
        return tallies + (groups?.survey(at: now) ?? [])
    }

    /// Reads one instance afresh.
    func look(_ instance: KnownInstance) -> InstanceView {
        let view = instance.look(at: clock.now())
        tellTroubles(of: instance)
        return view
    }

    /// Writes a line on an instance, unless its user has caused too many.
    private func tell(
        _ level: Logger.Level, _ message: Logger.Message, of instance: KnownInstance, _ facts: Logger.Metadata
    ) {
        let uid = instance.uid
        guard let omitted = throttle.admit(uid) else { return }
        var facts = facts
        if let uid, facts["uid"] == nil { facts["uid"] = "\(uid)" }
        if omitted > 0 { facts["omitted"] = "\(omitted)" }
        logger.log(level: level, message, metadata: facts)
    }

    /// Says in the log, once each, what keeps series of an instance from being served.
    private func tellTroubles(of instance: KnownInstance) {
        for (source, error) in instance.takeTroubles() {
            tell(source, error, of: "\(instance.identity)") { tell($0, $1, of: instance, $2) }
        }
        guard let report = instance.report else { return }
        if let fault = (report as? ReportedSegment)?.untoldFault() {
            work.countRefusal(.content)
            tell(
                .error, "the segment of an instance is malformed; what was good before is served on", of: instance,
                CataloguedEvent.segmentMalformed.metadata(["instance": "\(instance.identity)", "fault": "\(fault)"]))
        }
        if let clip = report.untoldClip() {
            tell(
                .warning, "series of an instance are not served because of their labels; put long texts and ids into logs",
                of: instance,
                ["instance": "\(instance.identity)", "family": "\(clip.family)", "reason": "\(clip.reason)"])
        }
        for (reason, count) in report.clips().sorted(by: { $0.key.rawValue < $1.key.rawValue }) where count > 0 {
            guard let limit = report.limit(of: reason, samples: sampleLimit), instance.tellOnce("clip \(reason)") == .new
            else { continue }
            tell(
                .warning, "series of an instance are not served: \(limit.reached) are the most; \(limit.remedy)", of: instance,
                [
                    "instance": "\(instance.identity)", "uid": "\(report.owner)", "reason": "\(reason)",
                    "unserved": reason == .samples ? "\(count) series" : "\(count) series and families",
                ])
        }
    }

    /// Says in the log, in one line, that the machine's files are not there.
    private func tell(leftOut troubles: [(source: String, error: LinuxError)]) {
        let leftOut = troubles.filter { if case .leftOut = $0.error { true } else { false } }
        guard let first = leftOut.first else { return }
        logger.warning(
            "files of the machine are not there, and the figures of the host are not served",
            metadata: ["sources": "\(leftOut.map(\.source).joined(separator: ", "))", "fault": "\(first.error)"])
    }

    /// Says in the log, once of each source and subject, why it could not be read.
    private func tell(
        _ source: String, _ error: LinuxError, of subject: String,
        _ write: (Logger.Level, Logger.Message, Logger.Metadata) -> Void
    ) {
        switch error {
        // Told once of the process, with all of its sources, when it begins to report, and once of the host.
        case .unseen, .leftOut: return
        default: break
        }
        let facts: Logger.Metadata = ["source": "\(source)", "of": "\(subject)", "fault": "\(error)"]
        if error.isForbidden {
            write(.info, "a source may not be read by the agent's user; its series are not served", facts)
        } else {
            write(.warning, "a source cannot be read; what it said last is served for \(Int(longestReadingAge)) s", facts)
        }
    }

    private func plan(_ plan: ReportedPlan, _ steps: inout [ExpositionStream.Step]) {
        for refusal in plan.refused { tell(refusal) }
        refused.withLock { [winners = plan.winners] in $0 = winners }
        if !plan.refused.isEmpty {
            let points = plan.refusedPoints
            steps.append(.value(ReportedFamilies.refused.family, .points { points }))
        }
        for (family, reports) in plan.served {
            steps.append(.begin(family, isMixed: reports.contains(where: \.hasNative) && reports.contains(where: \.hasClassic)))
            steps.append(contentsOf: reports.map { .reported($0) })
        }
    }

    /// Says once of a family that it is not served of an instance.
    private func tell(_ refusal: ReportedPlan.Refused) {
        let facts: Logger.Metadata = [
            "family": "\(refusal.family.name)", "kind": "\(refusal.family.kind)", "instance": "\(refusal.instance.identity)",
            "served": "\(refusal.winner)",
        ]
        switch refusal.instance.tellOnce("clash \(refusal.family.name)") {
        case .new:
            tell(
                .error, "a reported family is not served: another one has its name or that of one of its samples",
                of: refusal.instance, facts)
        case .tooMany:
            tell(
                .error, "more reported families of an instance are not served; they are not named", of: refusal.instance, facts)
        case .told: break
        }
    }
}
