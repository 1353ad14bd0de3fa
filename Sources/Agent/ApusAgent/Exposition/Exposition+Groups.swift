import AgentMetrics
import ApusMetrics
import Logging
import Synchronization

/// What an exposition serves of groups beside instances: which of two series of one name, and what there is no room for.
extension Exposition {
    /// The names of what only groups of control groups have, while an instance has it of its unit.
    private static let ofControlGroups = Set((ServiceControlGroup.families + ServicePressure.families).map(\.name))

    /// Leaves one series of each that an instance and a group of its name both have: the group's, which is of all processes, unless it has
    /// none.
    func unite(_ instances: [KnownInstance], _ watched: inout [SubjectValues], _ grouped: inout [GroupTable.Served]) {
        guard !grouped.isEmpty else { return }
        let places = Dictionary(uniqueKeysWithValues: instances.enumerated().map { ($1.identity, $0) })
        for index in grouped.indices {
            let group = grouped[index]
            guard let place = places[group.identity] else { continue }
            for family in families
            where !family.groupRows.rows.isEmpty || family.family.name == ServiceProcess.childrenCPU.family.name {
                let isOfGroup =
                    if family.family.name == ServiceState.up.family.name {
                        // Whatever becomes of a report of the name; a page that is not there is the file's word.
                        group.isAlive && !table.isScraped(group.identity)
                    } else {
                        // The CPU time of a group has that of children in it.
                        group.hasProcesses
                            && (group.values.serves(family.groupRows.rows)
                                || !Self.ofControlGroups.contains(family.family.name))
                    }
                if isOfGroup {
                    for row in family.instanceRows.rows { watched[place].values[row] = .absent }
                } else if watched[place].serves(family.instanceRows.rows) {
                    for row in family.groupRows.rows { grouped[index].values.values[row] = .absent }
                }
            }
        }
    }

    /// Takes off the samples of pages what is not served of them, as others have the names.
    func takeOff(_ refused: [InstanceIdentity: Int], _ instances: [KnownInstance], _ watched: inout [SubjectValues]) {
        guard !refused.isEmpty, let family = families.first(where: { $0.family.name == ServiceScrape.samples.family.name })
        else { return }
        for (place, instance) in instances.enumerated() {
            guard let count = refused[instance.identity] else { continue }
            for row in family.instanceRows.rows {
                guard let samples = watched[place].values[row].plain else { continue }
                watched[place].values[row] = .number(max(0, samples - Double(count)), since: nil)
            }
        }
    }

    /// Counts the captured groups that there was no room for, and names some of them in the log, once until all are served again.
    func tell(cut: [InstanceIdentity]) {
        work.noteUnserved(groups: cut.count)
        let isNews = isToldCut.withLock { isTold in
            defer { isTold = !cut.isEmpty }
            return !isTold && !cut.isEmpty
        }
        guard isNews else { return }
        logger.warning(
            "captured groups are not served, as \(sampleLimit) samples of one exposition are the most: have fewer captures in names, or raise --sample-limit and sample_limit",
            metadata: ProcessGroups.facts(of: cut))
    }
}
