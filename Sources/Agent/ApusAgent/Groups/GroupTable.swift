package import AgentMetrics
package import ApusLinux
import Synchronization

/// A group of processes that the configuration file names, as its sources see it.
final class GroupSubject: Subject {
    let identity: InstanceIdentity
    let root: KernelRoot
    /// Nanoseconds between two turns of the sampling loop.
    let interval: UInt64
    private let last = Mutex(GroupFinding(GroupReading()))

    var labels: [(String, String)] { identity.labels }
    // Without a process a group is empty, and goes on.
    let hasEnded = false

    init(_ identity: InstanceIdentity, root: KernelRoot, interval: UInt64) {
        self.identity = identity
        self.root = root
        self.interval = interval
    }

    /// What its processes came to at the last look.
    var finding: GroupFinding { last.withLock { $0 } }

    func take(_ finding: GroupFinding) { last.withLock { $0 = finding } }
}

/// The groups of processes with what is read of them.
package final class GroupTable: Sendable {
    private let groups: ProcessGroups
    let sources: SourceSelection<GroupSubject>
    private let root: KernelRoot
    private let interval: UInt64
    /// By the numbers of the groups.
    private let state = Mutex<[Int: Watched]>([:])

    private final class Watched {
        let subject: GroupSubject
        var readings: SourceReadings<GroupSubject>

        init(_ subject: GroupSubject, _ readings: SourceReadings<GroupSubject>) {
            self.subject = subject
            self.readings = readings
        }
    }

    /// One group with what it has to serve.
    struct Served: Sendable {
        /// Its own for as long as it is watched; who came later has a higher one.
        let number: Int
        let identity: InstanceIdentity
        /// Whether its name is made of its processes.
        let isCaptured: Bool
        let hasProcesses: Bool
        /// Whether it has processes, be they watched or not.
        let isAlive: Bool
        var values: SubjectValues
    }

    package init(_ groups: ProcessGroups, configuration: AgentConfiguration, root: KernelRoot = .live) {
        self.groups = groups
        self.root = root
        sources = SourceSelection(configuration.sources)
        interval = UInt64(max(1, configuration.interval / .nanoseconds(1)))
    }

    /// Looks at all processes, and reads what the groups have to serve, source by source.
    ///
    /// What the look costs, at the control groups too, is of the source that is named for the processes.
    func serve(at now: Moment, in tallies: inout [(name: String, tally: SourceTally)], stopwatch: () -> UInt64) -> [Served] {
        var start = stopwatch()
        let found = groups.look(at: now)
        let looked = stopwatch()
        let lookSeconds = Double(looked - start) / 1e9
        start = looked
        let (served, counted) = state.withLock { watched in
            let groups = take(found, &watched, at: now)
            var counted: [(name: String, tally: SourceTally)] = []
            for (place, source) in sources.sources.enumerated() {
                var tally = SourceTally()
                for group in groups {
                    // A group does not end.
                    try? group.readings.read(place, at: now)
                    group.readings.count(place, at: now, in: &tally)
                }
                let end = stopwatch()
                tally.readSeconds = Double(end - start) / 1e9 + (source == ProcessesSource.self ? lookSeconds : 0)
                start = end
                counted.append((source.name, tally))
            }
            let served = zip(found, groups).map { one, group in
                Served(
                    number: one.number, identity: one.identity, isCaptured: one.isCaptured,
                    hasProcesses: one.reading.processes > 0, isAlive: one.reading.isAlive,
                    values: SubjectValues(
                        subject: group.readings.subject, own: sources.labels, values: group.readings.values()))
            }
            return (served, counted)
        }
        tallies += counted
        return served
    }

    /// How the sources are, by what was read of them last.
    func survey(at now: Moment) -> [(name: String, tally: SourceTally)] {
        state.withLock { [sources] watched in
            sources.sources.enumerated().map { place, source in
                var tally = SourceTally()
                for group in watched.values { group.readings.count(place, at: now, in: &tally) }
                return (name: source.name, tally: tally)
            }
        }
    }

    /// Reads the sources of one group, and says how each is and what that took; `nil` where there is no such group.
    func examine(
        _ identity: InstanceIdentity, at now: Moment, stopwatch: @Sendable () -> UInt64
    ) -> (view: GroupView, sources: [InstanceDocument.ReadSource])? {
        let found = groups.look(at: now)
        return state.withLock { watched in
            guard let place = found.firstIndex(where: { $0.identity == identity }) else { return nil }
            let group = take(found, &watched, at: now)[place]
            // A group does not end.
            let sources = (try? group.readings.examine(at: now, stopwatch: stopwatch)) ?? []
            let stat = group.readings.reading(ProcessesSource.self)?.stat
            return (GroupView(identity: identity, group: group.subject.finding.reading, stat: stat), sources)
        }
    }

    /// What is known of each group at a moment, in the order of their names; for the pages in JSON.
    func views(at now: Moment) -> [GroupView] {
        let found = groups.look(at: now)
        return state.withLock { watched in
            take(found, &watched, at: now).map { group in
                // A group does not end.
                try? group.readings.read(at: now)
                let reading = group.readings.reading(ProcessesSource.self)
                return GroupView(identity: group.subject.identity, group: group.subject.finding.reading, stat: reading?.stat)
            }
        }
    }

    /// What the last look and the last readings say of each group, in the order of their names; nothing is read anew but what is older than
    /// scrapes take.
    func sights(at now: Moment) -> [SubjectSight] {
        let found = groups.look(at: now)
        return state.withLock { watched in
            zip(found, take(found, &watched, at: now)).map { one, group in
                group.subject.sight(group.readings.reading(ProcessesSource.self)?.stat, isCaptured: one.isCaptured)
            }
        }
    }

    /// A turn of the sampling loop.
    package func tick(at now: Moment) {
        groups.tick(at: now)
        let found = groups.look(at: now)
        state.withLock { watched in
            for group in take(found, &watched, at: now) { try? group.readings.tick(at: now) }
        }
    }

    /// Gives every group what was found of it, and lets go of those that are not there any more.
    ///
    /// - Returns: the groups in the order in which they were found.
    private func take(_ found: [ProcessGroups.Served], _ watched: inout [Int: Watched], at now: Moment) -> [Watched] {
        let groups = found.map { one in
            if let group = watched[one.number] {
                group.subject.take(one.finding)
                return group
            }
            let group = open(one.identity)
            group.subject.take(one.finding)
            // A group does not end.
            try? group.readings.open(group.subject, at: now)
            watched[one.number] = group
            return group
        }
        if watched.count > found.count {
            let numbers = Set(found.map(\.number))
            watched = watched.filter { numbers.contains($0.key) }
        }
        return groups
    }

    private func open(_ identity: InstanceIdentity) -> Watched {
        let subject = GroupSubject(identity, root: root, interval: interval)
        return Watched(subject, SourceReadings(sources, labels: subject.labels))
    }
}

/// What is known of a group of processes at one moment.
struct GroupView: Sendable {
    let identity: InstanceIdentity
    let group: GroupReading
    /// `nil` without the source `processes`.
    let stat: StatSource.Reading?
}
