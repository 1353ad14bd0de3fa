import AgentMetrics
import ApusLinux

/// The looks at processes and control groups: who is there, whose they are, and what each group comes to.
extension GroupRoll {
    /// Looks at all processes and control groups of groups.
    ///
    /// - Parameter doubted: somebody who says to be of a group, as which the last look does not show them: a process that was seen as it began
    ///   may not have been in its control group, or not have run its program yet. It is asked again, or the youngest of its user are.
    mutating func look(isTurn: Bool, for doubted: ReportPeer? = nil, at now: Moment) {
        let names: [String]
        do throws(LinuxError) { names = try FolderNames.read(root.proc) } catch {
            blindness = error
            for group in groups.values { group.blind() }
            return
        }
        blindness = nil
        (found, mayGiveWay, mayMakeWay) = ([], nil, nil)
        let present = Set(names.compactMap { Int32($0) })
        matching.begin(isFirst: isNewlyTold)
        // At a turn all are compared with the file.
        if isTurn { isNewlyTold = false }
        lookAtMembers(present, isTurn: isTurn)
        for pid in strangers.keys where !present.contains(pid) { strangers[pid] = nil }
        ask(present, isTurn: isTurn, for: doubted, at: now)
        watchAncestors(isTurn: isTurn)
        tellLedger(isTurn: isTurn)
        if isTurn { readProportional(at: now) }
        let controlGroups = lookAtControlGroups(isTurn: isTurn, at: now)
        if isTurn { readSockets(at: now) }
        sum(controlGroups, at: now)
        lookedAt = now.monotonic
    }

    /// The processes that belong to groups, the oldest first.
    mutating func inOrder() -> [GroupMember] {
        let roster =
            roster
            ?? members.values.sorted {
                Self.began($0.process.startTicks, $0.process.pid, before: $1.process.startTicks, $1.process.pid)
            }
        self.roster = roster
        return roster
    }

    /// How often those are read who may have taken over what others had used that have ended.
    private static let mostPasses = 3

    /// Looks at those who belong to groups; who has ended does not any more.
    private mutating func lookAtMembers(_ present: Set<Int32>, isTurn: Bool) {
        findIdle()
        var ended = idle.filter { !present.contains($0) }
        forget(ended)
        var waiting = inOrder()
        var others = Set(isTurn ? Array(witnesses.keys) : witnesses.keys.filter { !idle.contains($0) })
        others.formUnion(ledger.heirs(of: ended).filter { idle.contains($0) })
        others.formUnion(orphans(of: ended))
        // Who starts others is older, and is read before them: what it has taken over by then is of nobody who is still seen after it. Who may have taken over what an ended one had used is read again after that end was seen, and
        // those for whom it may wait meanwhile once more after it.
        for pass in 1... {
            let gone = lookAt(waiting, inOrder(others), isTurn: isTurn, isFirst: pass == 1)
            // Where some end at each pass, those of the last are left to the next look, as nobody else can wait for long. What one of them had
            // used counts twice if its parent had taken it over when it was read in that pass.
            guard !gone.isEmpty, pass < Self.mostPasses else { break }
            ended.formUnion(gone)
            forget(gone)
            let heirs = ledger.heirs(of: ended).subtracting(ended)
            let orphans = orphans(of: gone)
            guard !heirs.isEmpty || !orphans.isEmpty else { break }
            // A witness may have taken over more than its look is to see; it is told later whose that was.
            let own = heirs.filter { members[$0] != nil }
            waiting = own.isEmpty ? [] : inOrder().filter { own.contains($0.process.pid) || isBelow($0, own) }
            others = heirs.isEmpty ? orphans : orphans.union(witnesses.keys.filter { heirs.contains($0) || !idle.contains($0) })
        }
    }

    /// The idle witnesses whose parents have ended, so that others take them over.
    private func orphans(of ended: Set<Int32>) -> Set<Int32> {
        idle.filter { ended.contains(witnesses[$0]?.parent ?? 0) }
    }

    private mutating func forget(_ ended: Set<Int32>) {
        for pid in ended {
            remove(pid)
            witnesses[pid] = nil
            idle.remove(pid)
        }
    }

    /// Whether a process began before another one. Within a clock tick the number tells: two that numbers begin anew between are taken for
    /// each other.
    private static func began(_ ticks: UInt64, _ pid: Int32, before others: UInt64, _ other: Int32) -> Bool {
        (ticks, pid) < (others, other)
    }

    /// These witnesses, the oldest first.
    private func inOrder(_ pids: Set<Int32>) -> [(pid: Int32, startTicks: UInt64)] {
        pids.map { (pid: $0, startTicks: witnesses[$0]?.startTicks ?? 0) }.sorted {
            Self.began($0.startTicks, $0.pid, before: $1.startTicks, $1.pid)
        }
    }

    /// Looks at these members, and at these witnesses between them, the oldest first.
    ///
    /// - Parameter isFirst: whether nobody has ended in this look so far; later somebody may have taken over what those had used, and not have
    ///   stopped running yet.
    /// - Returns: those that have ended.
    private mutating func lookAt(
        _ waiting: [GroupMember], _ witnesses: [(pid: Int32, startTicks: UInt64)], isTurn: Bool, isFirst: Bool
    ) -> Set<Int32> {
        var gone: Set<Int32> = []
        var others = witnesses[...]
        pass &+= 1
        for member in waiting {
            while let other = others.first,
                Self.began(other.startTicks, other.pid, before: member.process.startTicks, member.process.pid)
            {
                others.removeFirst()
                if !lookAtWitness(other.pid) { gone.insert(other.pid) }
            }
            do throws(LinuxError) {
                try member.look(isTurn: isTurn, mayRest: isFirst && keepsParent(member), in: pass)
            } catch {
                // Where there is no descriptor to ask with, nothing is said of its end: it is as it was.
                if !error.isShortage { gone.insert(member.process.pid) }
            }
        }
        for other in others where !lookAtWitness(other.pid) { gone.insert(other.pid) }
        return gone
    }

    /// Whether a process has the parent still that it had: one that ends leaves its children to others without any of these running.
    ///
    /// What an idle witness leaves it leaves to nobody who counts: to one above it, or to the first process of its pid namespace, which may be one
    /// of a group and not above it. Then what the child had used counts twice if that one waits for it before the next turn.
    private func keepsParent(_ member: GroupMember) -> Bool {
        guard let parent = member.sight?.counted.parent else { return false }
        if parent == 1 || idle.contains(parent) { return true }
        return members[parent].map { $0.lookedAtIn == pass && $0.isLiving } ?? false
    }

    /// Whether a process has one of these above it.
    private func isBelow(_ member: GroupMember, _ processes: Set<Int32>) -> Bool {
        guard !processes.isEmpty else { return false }
        var next = member.sight?.counted.parent
        // Parents make no circle; numbers that were used anew could.
        for _ in 0..<32 {
            guard let parent = next else { return false }
            if processes.contains(parent) { return true }
            next = members[parent]?.sight?.counted.parent ?? witnesses[parent]?.parent
        }
        return false
    }

    private mutating func lookAtControlGroups(isTurn: Bool, at now: Moment) -> [Int: ControlGroupSum] {
        controlGroups.find(declarations, below: first, isTurn: isTurn)
        let numbers = controlGroups.claims.map { claim in
            declarations.indices.contains(claim.declaration)
                ? number(of: claim.identity, declarations[claim.declaration], at: now) : nil
        }
        // One that comes while its like is looked for was made since the turn before; of others nobody knows.
        for case let (number, _)? in numbers where groups[number]?.isLookedAt == false {
            groups[number]?.controlGroupsBegan = searchedAt
        }
        return controlGroups.read(numbers, isTurn: isTurn) { [groups] in groups[$0]?.controlGroupsBegan }
    }

    private mutating func sum(_ controlGroups: [Int: ControlGroupSum], at now: Moment) {
        for member in inOrder() {
            guard let sight = member.sight else { continue }
            groups[member.group]?.add(sight, budget == nil ? nil : member.proportional)
        }
        for stranger in strangers.values where stranger.isUnwatched {
            if let group = stranger.group { groups[group]?.addUnwatched() }
        }
        // Read once for all of them, as it takes longer than a process.
        let bootTime = members.isEmpty ? nil : root.bootTime()
        for (number, group) in groups {
            group.settle(
                ledger[number], controlGroups[number], sockets[number], bootTime: bootTime, root, at: now)
        }
    }
}
