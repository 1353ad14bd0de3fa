package import AgentMetrics
package import ApusLinux
import Synchronization

/// A group of processes that the configuration file names, as its sources see it.
final class GroupSubject: Subject {
    let identity: InstanceIdentity
    let root: KernelRoot
    /// Nanoseconds between two turns of the sampling loop.
    let interval: UInt64
    private let last = Mutex(GroupReading())

    var labels: [(String, String)] { identity.labels }
    // Without a process a group is empty, and goes on.
    let hasEnded = false

    init(_ identity: InstanceIdentity, root: KernelRoot, interval: UInt64) {
        self.identity = identity
        self.root = root
        self.interval = interval
    }

    /// What its processes came to at the last look.
    var reading: GroupReading { last.withLock { $0 } }

    func take(_ reading: GroupReading) { last.withLock { $0 = reading } }
}

/// The groups of processes with what is read of them.
package final class GroupTable: Sendable {
    private let groups: ProcessGroups
    let sources: SourceSelection<GroupSubject>
    private let root: KernelRoot
    private let interval: UInt64
    private let state = Mutex<[InstanceIdentity: Watched]>([:])

    private struct Watched {
        let subject: GroupSubject
        var readings: SourceReadings<GroupSubject>
    }

    /// One group with what it has to serve.
    struct Served: Sendable {
        let identity: InstanceIdentity
        let hasProcesses: Bool
        var values: SubjectValues
    }

    package init(_ groups: ProcessGroups, configuration: AgentConfiguration, root: KernelRoot = .live) {
        self.groups = groups
        self.root = root
        sources = SourceSelection(configuration.sources)
        interval = UInt64(max(1, configuration.interval / .nanoseconds(1)))
    }

    /// The processes that are past the most that are watched.
    var unwatched: Int { groups.unwatched }

    /// Looks at all processes, and reads what the groups have to serve.
    func serve(at now: Moment, in tallies: inout [(name: String, tally: SourceTally)], stopwatch: () -> UInt64) -> [Served] {
        let start = stopwatch()
        var tally = SourceTally()
        let served = state.withLock { [tally] watched in
            var tally = tally
            let served = read(groups.look(at: now), &watched, at: now) { group, one in
                for place in sources.sources.indices { group.readings.count(place, at: now, in: &tally) }
                return Served(
                    identity: one.identity, hasProcesses: one.reading.processes > 0,
                    values: SubjectValues(labels: group.readings.labels, values: group.readings.values()))
            }
            return (served, tally)
        }
        tally = served.1
        tally.readSeconds = Double(stopwatch() - start) / 1e9
        if sources.sources.first != nil { tallies.append((ProcessesSource.name, tally)) }
        return served.0
    }

    /// A turn of the sampling loop.
    package func tick(at now: Moment) {
        groups.tick(at: now)
        state.withLock { watched in
            _ = read(groups.look(at: now), &watched, at: now) { group, _ in try? group.readings.tick(at: now) }
        }
    }

    private func read<Result>(
        _ found: [ProcessGroups.Served], _ watched: inout [InstanceIdentity: Watched], at now: Moment,
        _ body: (inout Watched, ProcessGroups.Served) -> Result
    ) -> [Result] {
        if watched.count > found.count || found.contains(where: { watched[$0.identity] == nil }) {
            let names = Set(found.map(\.identity))
            watched = watched.filter { names.contains($0.key) }
        }
        return found.map { one in
            var group = watched[one.identity] ?? open(one.identity)
            group.subject.take(one.reading)
            // A group does not end.
            try? group.readings.open(group.subject, ifNew: watched[one.identity] == nil, at: now)
            try? group.readings.read(at: now)
            let result = body(&group, one)
            watched[one.identity] = group
            return result
        }
    }

    private func open(_ identity: InstanceIdentity) -> Watched {
        let subject = GroupSubject(identity, root: root, interval: interval)
        return Watched(subject: subject, readings: SourceReadings(sources, labels: subject.labels))
    }
}

extension SourceReadings {
    /// Opens all sources of a subject that has none open yet.
    fileprivate mutating func open(_ subject: Of, ifNew isNew: Bool, at now: Moment) throws(ProcessGone) {
        if isNew { try open(subject, at: now) }
    }
}
