import ApusLimits
import ApusLinux

/// The processes of no group that hand to others what has counted already, which must not count again with these.
extension GroupRoll {
    /// Lets go of a process that has not ended.
    mutating func leave(_ pid: Int32) {
        defer { remove(pid) }
        guard witnesses.count < GroupLimits.witnesses.value, var sighting = members[pid]?.sighting,
            members[sighting.parent] != nil || witnesses[sighting.parent] != nil
        else { return }
        sighting.isWitness = true
        witnesses[pid] = sighting
    }

    /// Has the processes looked at that stand between a new one of a group and the next one above it that is of a group: what they take over
    /// goes on to that one.
    ///
    /// - Parameter parent: the parent of the new one.
    mutating func watchBetween(_ parent: Int32, _ group: Int) {
        var between: [GroupLedger.Sighting] = []
        var next = parent
        // Parents make no circle; numbers that were used anew could.
        while next > 1, members[next] == nil, witnesses[next] == nil, between.count < 32 {
            guard let stat = try? ProcFile("\(root.proc)/\(next)/stat").read({ ProcessStat($0) }) else { return }
            between.append(witness(next, stat, group, countsWhole: false))
            next = stat.parent
        }
        guard members[next] != nil || witnesses[next] != nil else { return }
        // The uppermost first, as those below it are nothing without it.
        for sighting in between.reversed() where witnesses.count < GroupLimits.witnesses.value {
            witnesses[sighting.pid] = sighting
        }
    }

    private func witness(_ pid: Int32, _ stat: ProcessStat, _ group: Int, countsWhole: Bool) -> GroupLedger.Sighting {
        var sighting = GroupLedger.Sighting(
            pid: pid, startTicks: stat.startTicks, parent: stat.parent, group: group, total: ProcessCounts(stat, nil),
            inherited: ProcessCounts(inheritedBy: stat), countsWhole: countsWhole)
        sighting.isWitness = true
        return sighting
    }

    /// Looks at a witness.
    ///
    /// - Returns: whether something of it is still there.
    mutating func lookAtWitness(_ pid: Int32) -> Bool {
        guard let former = witnesses[pid] else { return false }
        let stat: ProcessStat
        do throws(LinuxError) { stat = try ProcFile("\(root.proc)/\(pid)/stat").read { ProcessStat($0) } } catch {
            // A file that cannot be opened for once is no end.
            return !error.isProcessGone
        }
        guard stat.startTicks == former.startTicks else { return false }
        witnesses[pid] = witness(pid, stat, former.group, countsWhole: former.countsWhole)
        return true
    }

    /// Gives the ledger all that this look has found.
    mutating func tellLedger() {
        let sightings = inOrder().lazy.compactMap { $0.sighting }
        guard !witnesses.isEmpty else { return ledger.look(sightings) }
        ledger.look(Array(sightings) + witnesses.values)
        witnesses = witnesses.filter { ledger.isWitness($0.key) }
    }
}
