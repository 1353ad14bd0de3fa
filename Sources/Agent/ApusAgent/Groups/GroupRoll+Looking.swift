import AgentMetrics
import ApusLimits
import ApusLinux

/// The looks at processes and control groups: who is there, whose they are, and what each group comes to.
extension GroupRoll {
    /// Looks at all processes and control groups of groups.
    mutating func look(isTurn: Bool, at now: Moment) {
        let names: [String]
        do throws(LinuxError) { names = try FolderNames.read(root.proc) } catch {
            blindness = error
            for group in groups.values { group.blind() }
            return
        }
        blindness = nil
        (found, mayGiveWay, mayMakeWay) = ([], nil, nil)
        let present = Set(names.compactMap { Int32($0) })
        lookAtMembers(isTurn: isTurn)
        for pid in strangers.keys where !present.contains(pid) { strangers[pid] = nil }
        for newcomer in newcomers(present, isTurn: isTurn) { take(newcomer, isTurn: isTurn, at: now) }
        ledger.look(inOrder().lazy.compactMap { $0.sighting })
        if isTurn { readProportional(at: now) }
        let controlGroups = lookAtControlGroups(isTurn: isTurn, at: now)
        if isTurn { readSockets(at: now) }
        sum(controlGroups, at: now)
        lookedAt = now.monotonic
    }

    /// The processes that belong to groups, the lowest number first.
    private mutating func inOrder() -> [GroupMember] {
        let roster = roster ?? members.sorted { $0.key < $1.key }.map { $0.value }
        self.roster = roster
        return roster
    }

    /// Looks at those who belong to groups; who has ended does not any more.
    private mutating func lookAtMembers(isTurn: Bool) {
        var ended: Set<Int32> = []
        var waiting = inOrder()
        // Who starts others has the lower number, until numbers begin anew, and is read before them: what it has taken over by then is of
        // nobody who is still seen after it. Who may have taken over what an ended one had used is read again after that end was seen, and
        // those for whom it may wait meanwhile once more after it.
        while !waiting.isEmpty {
            var gone: Set<Int32> = []
            for member in waiting {
                do throws(LinuxError) { try member.look(isTurn: isTurn) } catch { gone.insert(member.process.pid) }
            }
            guard !gone.isEmpty else { break }
            ended.formUnion(gone)
            for pid in gone { remove(pid) }
            let heirs = ledger.heirs(of: ended).subtracting(ended)
            waiting = inOrder().filter { heirs.contains($0.process.pid) || isBelow($0, heirs) }
        }
    }

    /// Lets go of a process that belongs to a group no more.
    mutating func remove(_ pid: Int32) {
        if let member = members[pid], member.hidesStorage { groups[member.group]?.hidesStorage = true }
        members[pid] = nil
        roster = nil
    }

    /// Whether a process has one of these above it.
    private func isBelow(_ member: GroupMember, _ processes: Set<Int32>) -> Bool {
        guard !processes.isEmpty else { return false }
        var next = member.sight?.counted.parent
        // Parents make no circle; numbers that were used anew could.
        for _ in 0..<32 {
            guard let parent = next else { return false }
            if processes.contains(parent) { return true }
            next = members[parent]?.sight?.counted.parent
        }
        return false
    }

    /// A process that is asked whether it belongs to a group. Nothing of it is kept open, as there may be thousands.
    private struct Newcomer {
        let pid: Int32
        let stat: ProcessStat
        let isMember: Bool
    }

    /// Finds the processes that nobody has asked as what they are now, the oldest first: who starts others comes before them.
    private mutating func newcomers(_ present: Set<Int32>, isTurn: Bool) -> [Newcomer] {
        var newcomers: [Newcomer] = []
        // A daemon writes its number after it has started.
        let filed = isTurn ? Set(declarations.flatMap(\.selectors).compactMap { $0.pidFile?.pid() }) : []
        let moved = isTurn ? self.moved(present) : []
        for (pid, member) in members {
            guard let sight = member.sight, sight.living != nil else { continue }
            if sight.counted.name != member.name || isTurn && !member.isSettled || moved.contains(pid) {
                newcomers.append(Newcomer(pid: pid, stat: sight.counted, isMember: true))
            }
        }
        for pid in present where members[pid] == nil {
            let stranger = strangers[pid]
            guard stranger == nil || isTurn else { continue }
            guard let stat = try? ProcFile("\(root.proc)/\(pid)/stat").read({ ProcessStat($0) }) else { continue }
            if let stranger, stranger.isSettled, stranger.startTicks == stat.startTicks, stranger.name == stat.name,
                !filed.contains(pid), !moved.contains(pid)
            {
                continue
            }
            newcomers.append(Newcomer(pid: pid, stat: stat, isMember: false))
        }
        return newcomers.sorted { ($0.stat.startTicks, $0.pid) < ($1.stat.startTicks, $1.pid) }
    }

    /// The processes whose control groups have changed since they were asked, of as many as one turn looks at.
    private mutating func moved(_ present: Set<Int32>) -> Set<Int32> {
        guard choosesByControlGroup else { return [] }
        let all = present.sorted()
        let behind = all.firstIndex { $0 > lastMarked } ?? 0
        let some = (all[behind...] + all[..<behind]).prefix(GroupLimits.marked.value)
        lastMarked = some.last ?? 0
        return Set(
            some.filter { pid in
                guard let known = members[pid]?.controlGroups ?? strangers[pid]?.controlGroups else { return false }
                return ControlGroups.mark(of: pid, root: root).map { $0 != known } ?? false
            })
    }

    private mutating func take(_ newcomer: Newcomer, isTurn: Bool, at now: Moment) {
        let pid = newcomer.pid
        let former = newcomer.isMember ? members[pid] : nil
        // Read before it is asked: what changes meanwhile is seen as a change.
        let mark = choosesByControlGroup ? ControlGroups.mark(of: pid, root: root) : nil
        let found = group(of: newcomer, former, at: now)
        guard let found, let group = found.group else {
            remove(pid)
            var stranger = Stranger(startTicks: newcomer.stat.startTicks, name: newcomer.stat.name, controlGroups: mark)
            stranger.isUnwatched = found != nil
            stranger.group = found?.crowded
            strangers[pid] = stranger
            return
        }
        let (isDescendant, isNew) = (found.isDescendant, found.isNew)
        let start = Double(newcomer.stat.startTicks) / root.ticksPerSecond * 1e9
        // A clock tick earlier, as the kernel rounds down.
        let isYoung = start + 1e9 / root.ticksPerSecond >= Double(turnedAt)
        // Its number may have gone to another one since.
        guard let process = former?.process ?? (try? WatchedProcess(pid: pid, root: root)),
            process.startTicks == newcomer.stat.startTicks
        else { return }
        let member = GroupMember(
            process, group: group, countsWhole: isNew || isYoung, isDescendant: isDescendant, name: newcomer.stat.name,
            controlGroups: mark, former: former)
        do throws(LinuxError) { try member.look(isTurn: isTurn || former == nil) } catch { return remove(pid) }
        strangers[pid] = nil
        if let former, former.group != group, former.hidesStorage { groups[former.group]?.hidesStorage = true }
        if member.countsWhole { groups[group]?.count(from: process.startTicks, root, at: now) }
        members[pid] = member
        roster = nil
    }

    /// Where a process belongs.
    private struct Belonging {
        /// `nil` where there is no room for it.
        var group: Int?
        /// The group that it would be in if there were room for the process.
        var crowded: Int?
        var isDescendant = false
        /// Whether nothing has been served of the group.
        var isNew = false
    }

    /// Finds the group that a process belongs to, and makes room for it there; `nil` of one that belongs to none.
    private mutating func group(of newcomer: Newcomer, _ former: GroupMember?, at now: Moment) -> Belonging? {
        if let facts = try? ProcessFacts(of: newcomer.pid, root: root, below: first) {
            for declaration in declarations {
                guard let identity = declaration.identity(of: facts) else { continue }
                // A group of which no process can be watched is not made.
                let number = numbers[identity]
                let isNamed = number.flatMap { groups[$0] }?.isExpected ?? false
                guard former != nil || makeRoom(forProcessOf: isNamed) else { return Belonging(crowded: number) }
                let found = self.number(of: identity, declaration, at: now)
                return Belonging(group: found?.number, isNew: found?.isNew ?? false)
            }
        }
        if let parent = members[newcomer.stat.parent], let group = groups[parent.group], group.includesDescendants {
            guard former != nil || makeRoom(forProcessOf: group.isExpected) else { return Belonging(crowded: parent.group) }
            return Belonging(group: parent.group, isDescendant: true)
        }
        // Who was started by one that has ended since stays where it is.
        return former.flatMap { $0.isDescendant ? Belonging(group: $0.group, isDescendant: true) : nil }
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
