import ApusLinux

/// The processes of no group that take over what has counted already, which must not count again with others, nor with them.
///
/// Each process above one of a group is such a witness from the time on when that one comes, up to process 1: who comes to a group later
/// finds known what those below have handed up to it, and what stands between. Those above which nobody is of a group are idle: nobody who
/// counts can take over what they have, so that they are read only when somebody below has ended, and have half of the places.
extension GroupRoll {
    /// How many processes are looked through on the way up.
    private static let height = 32

    /// Lets go of a process that has not ended.
    mutating func leave(_ pid: Int32) {
        defer { remove(pid) }
        guard var sighting = members[pid]?.sighting else { return }
        sighting.isWitness = true
        let isIdle = members[sighting.parent] == nil && !hasMemberAbove(sighting.parent)
        if hasPlace(idle: isIdle) { keep(sighting, isIdle: isIdle) }
    }

    /// Has the processes of no group looked at that are above those of groups.
    ///
    /// Somebody who joins a group from above has those tried again for whom there was no place, as they may now be between two of groups.
    ///
    /// - Parameter isTurn: whether all parents were read.
    mutating func watchAncestors(isTurn: Bool) {
        let retries = isTurn && hasRisen
        if isTurn { isCutOff = false }
        for member in inOrder() {
            guard let parent = member.sight?.counted.parent,
                parent != member.watchedParent || (retries && member.isCutOff && isBelowMember(parent))
            else {
                if member.isCutOff { isCutOff = true }
                continue
            }
            member.watchedParent = parent
            member.isCutOff = !watchAncestors(from: parent, member.group)
            if member.isCutOff { isCutOff = true }
        }
        if isTurn { hasRisen = false }
        parents = [:]
        for pid in reparented {
            if let witness = witnesses[pid] { _ = watchAncestors(from: witness.parent, witness.group) }
        }
        reparented = []
    }

    /// Whether one of a group is this process, or above it by what the turn has read already.
    private func isBelowMember(_ pid: Int32) -> Bool {
        var next = pid
        for _ in 0..<Self.height {
            if members[next] != nil { return true }
            guard let parent = parents[next] ?? witnesses[next]?.parent else { return false }
            next = parent
        }
        return false
    }

    /// - Parameter parent: the parent of one of the group.
    /// - Returns: whether there was a place for each.
    private mutating func watchAncestors(from parent: Int32, _ group: Int) -> Bool {
        var above: [GroupLedger.Sighting] = []
        var next = parent
        // Parents make no circle; numbers that were used anew could.
        while next > 0, members[next] == nil, witnesses[next] == nil, above.count < Self.height {
            guard let stat = try? ProcFile("\(root.proc)/\(next)/stat").read({ ProcessStat($0) }) else { break }
            above.append(witness(next, stat, group, countsWhole: false))
            next = stat.parent
        }
        let isIdle = members[next] == nil && !hasMemberAbove(next)
        // The uppermost first, as those below it hand on nothing without it.
        for sighting in above.reversed() {
            guard hasPlace(idle: isIdle) else { return false }
            keep(sighting, isIdle: isIdle)
        }
        return true
    }

    private mutating func hasPlace(idle isIdle: Bool) -> Bool {
        if isIdle { return witnesses.count < mostWitnesses && idle.count < mostWitnesses / 2 }
        if witnesses.count >= mostWitnesses { lacksWitnesses = true }
        return witnesses.count < mostWitnesses
    }

    private mutating func keep(_ sighting: GroupLedger.Sighting, isIdle: Bool) {
        witnesses[sighting.pid] = sighting
        if isIdle { idle.insert(sighting.pid) }
    }

    /// Finds out which witnesses are idle, as others may have come above them, or have gone.
    mutating func findIdle() {
        guard !witnesses.isEmpty || !idle.isEmpty else { return }
        idle = Set(witnesses.keys.filter { !hasMemberAbove($0) })
    }

    /// Whether one of a group is above a witness, with nobody but witnesses between.
    private func hasMemberAbove(_ pid: Int32) -> Bool {
        var next = witnesses[pid]?.parent
        for _ in 0..<Self.height {
            guard let parent = next else { return false }
            if members[parent] != nil { return true }
            next = witnesses[parent]?.parent
        }
        return false
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
        if stat.parent != former.parent { reparented.append(pid) }
        witnesses[pid] = witness(pid, stat, former.group, countsWhole: former.countsWhole)
        return true
    }

    /// Gives the ledger all that this look has found.
    mutating func tellLedger(isTurn: Bool) {
        ledger.look(inOrder().lazy.compactMap { $0.sighting }, witnesses: witnesses.values)
        guard isTurn, !witnesses.isEmpty else { return }
        ledger.releaseEmpty()
        witnesses = witnesses.filter { ledger.isWitness($0.key) }
    }
}
