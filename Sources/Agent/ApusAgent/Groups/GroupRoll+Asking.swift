import AgentMetrics
import ApusLimits
import ApusLinux
import Glibc

/// Whom a look asks which group it belongs to: who is new, who has become something else, and whom these have started.
extension GroupRoll {
    /// The looks after which a process without a command is taken for one that has none.
    private static let mostPutOff = 5

    /// A process that may be asked whether it belongs to a group. Nothing of it is kept open, as there may be thousands.
    private struct Candidate {
        let pid: Int32
        let stat: ProcessStat
        let isMember: Bool
    }

    /// Asks the processes that nobody has asked as what they are now.
    mutating func ask(_ present: Set<Int32>, isTurn: Bool, for doubted: ReportPeer?, at now: Moment) {
        // At a look that is no turn nobody else is asked; their children follow at the next turn.
        let carried = movers
        movers = isTurn ? carried : []
        let (unknown, others) = candidates(present, isTurn: isTurn, for: doubted)
        // The oldest first: who starts others comes before them.
        let newcomers = (unknown + changed(others)).sorted {
            ($0.stat.startTicks, $0.pid) < ($1.stat.startTicks, $1.pid)
        }
        for newcomer in newcomers { take(newcomer, isTurn: isTurn, at: now) }
        let found = movers
        if !movers.isEmpty { askChildren(of: others, isTurn: isTurn, at: now) }
        if !isTurn { movers = Array(Set(carried + found)) }
    }

    /// The processes that are asked for certain, and at a turn all others.
    private mutating func candidates(
        _ present: Set<Int32>, isTurn: Bool, for doubted: ReportPeer?
    ) -> (newcomers: [Candidate], others: [Candidate]) {
        let doubts = doubted.map { strangers(of: $0) } ?? []
        var (newcomers, others): ([Candidate], [Candidate]) = ([], [])
        // A daemon writes its number after it has started, and another one takes its place in the file.
        let named = isTurn ? Set(declarations.flatMap(\.selectors).compactMap { $0.pidFile?.pid() }) : filed
        let renamed = named.symmetricDifference(filed)
        filed = named
        for (pid, member) in members {
            guard let sight = member.sight, sight.living != nil else { continue }
            let candidate = Candidate(pid: pid, stat: sight.counted, isMember: true)
            if sight.counted.name != member.name || member.putOff > 0 || isTurn && !member.isSettled
                || renamed.contains(pid) || pid == doubted?.pid
            {
                newcomers.append(candidate)
            } else if isTurn {
                others.append(candidate)
            }
        }
        for pid in present where members[pid] == nil {
            let stranger = strangers[pid]
            let isDoubted = doubts.contains(pid) || stranger?.isPutOff ?? false
            guard stranger == nil || isTurn || isDoubted else { continue }
            guard let stat = try? ProcFile("\(root.proc)/\(pid)/stat").read({ ProcessStat($0) }) else { continue }
            if isCutOff { parents[pid] = stat.parent }
            let candidate = Candidate(pid: pid, stat: stat, isMember: false)
            if let stranger, stranger.isSettled, stranger.startTicks == stat.startTicks, stranger.name == stat.name,
                !isDoubted, !named.contains(pid)
            {
                others.append(candidate)
            } else {
                newcomers.append(candidate)
            }
        }
        return (newcomers, others)
    }

    /// The strangers whom somebody may speak for who says to be of a group: the process itself, where it is known, and the youngest of its user.
    private func strangers(of doubted: ReportPeer) -> Set<Int32> {
        var found: Set<Int32> = doubted.pid > 0 ? [doubted.pid] : []
        let youngest = strangers.filter { !$0.value.isUnwatched }.sorted { $0.value.startTicks > $1.value.startTicks }
        for (pid, _) in youngest where Self.owner(of: pid, root) == doubted.uid {
            found.insert(pid)
            if found.count >= GroupLimits.doubted.value { break }
        }
        return found
    }

    /// The candidates that have become something else since they were asked, of as many as one turn looks at.
    private mutating func changed(_ others: [Candidate]) -> [Candidate] {
        guard !aspects.isEmpty else { return [] }
        let seesControlGroups = aspects.contains(.controlGroups)
        // Without memory of its own a process runs no program: a thread of the kernel.
        let some = others.filter { $0.isMember || $0.stat.virtualMemory > 0 || seesControlGroups }.sorted { $0.pid < $1.pid }
        let chosen = rotation.next(
            some.map { ($0.pid, $0.stat.work != members[$0.pid]?.work ?? strangers[$0.pid]?.work) })
        let marks = ProcessMark.marks(of: some.map(\.pid).filter { chosen.contains($0) }, aspects, root: root)
        return some.filter { candidate in
            let pid = candidate.pid
            guard let mark = marks[pid] else { return false }
            if mark != members[pid]?.mark ?? strangers[pid]?.mark { return true }
            members[pid]?.work = candidate.stat.work
            strangers[pid]?.work = candidate.stat.work
            return false
        }
    }

    /// Asks whom the processes have started that have changed their groups: who belonged to a group by them, and who may now.
    private mutating func askChildren(of others: [Candidate], isTurn: Bool, at now: Moment) {
        let heirs = Dictionary(grouping: members.values.filter(\.isDescendant).map(\.process.pid)) {
            members[$0]?.sight?.counted.parent ?? 0
        }
        let strange = Dictionary(grouping: others.filter { !$0.isMember }, by: \.stat.parent)
        while let parent = movers.popLast() {
            // Whose parent has ended stays where it is.
            guard members[parent] != nil || strangers[parent] != nil else { continue }
            for pid in heirs[parent] ?? [] {
                guard let member = members[pid], let stat = member.sight?.counted, member.isDescendant, stat.parent == parent,
                    member.group != members[parent]?.group
                else { continue }
                take(Candidate(pid: pid, stat: stat, isMember: true), isLeft: true, isTurn: isTurn, at: now)
            }
            for child in strange[parent] ?? [] where members[child.pid] == nil {
                take(child, isTurn: isTurn, at: now)
            }
        }
    }

    /// - Parameter isLeft: whether the process that started it has left its group, and lives.
    private mutating func take(_ newcomer: Candidate, isLeft: Bool = false, isTurn: Bool, at now: Moment) {
        let pid = newcomer.pid
        let former = newcomer.isMember ? members[pid] : nil
        let before = strangers[pid].flatMap { $0.startTicks == newcomer.stat.startTicks ? $0 : nil }
        let isLeft = isLeft || former?.isLeft ?? false
        former?.isLeft = isLeft
        guard matching.admits({ [root] in Self.owner(of: pid, root) }) else {
            // It stays what it is, and is asked at the next look.
            if let former { former.putOff = max(1, former.putOff) } else if before != nil { strangers[pid]?.isPutOff = true }
            return
        }
        // Read before it is asked: what changes meanwhile is seen as a change. Who comes between turns is asked again at the next.
        let mark = isTurn && !aspects.isEmpty ? ProcessMark(of: pid, aspects, root: root) : nil
        let found: Belonging?
        do throws(LinuxError) { found = try group(of: newcomer, former, isLeft: isLeft, at: now) } catch {
            // It stays what it is, and is asked at the next look.
            if error.isHeldUp { former?.putOff = max(1, former?.putOff ?? 0) } else { former?.putOff += 1 }
            former?.isUnread = error.isHeldUp
            guard error.isHeldUp else {
                if former == nil { strangers[pid] = before }
                if before != nil { strangers[pid]?.isPutOff = true }
                return
            }
            guard former == nil else { return }
            // Asked again once it can be seen what it is, which it cannot now: it has no mark.
            var stranger = Stranger(startTicks: newcomer.stat.startTicks, name: newcomer.stat.name, mark: nil, work: 0)
            stranger.isUnread = true
            (stranger.isUnwatched, stranger.group) = (before?.isUnwatched ?? false, before?.group)
            stranger.wasMember = before?.wasMember ?? false
            strangers[pid] = stranger
            return
        }
        guard let found, let group = found.group else {
            if former != nil { movers.append(pid) }
            leave(pid)
            var stranger = Stranger(
                startTicks: newcomer.stat.startTicks, name: newcomer.stat.name, mark: mark, work: newcomer.stat.work)
            stranger.isUnwatched = found != nil
            stranger.group = found?.crowded
            stranger.wasMember = former != nil || before?.wasMember ?? false
            strangers[pid] = stranger
            return
        }
        let (isDescendant, isNew) = (found.isDescendant, found.isNew)
        if let former, former.group == group, former.isDescendant == isDescendant, former.name == newcomer.stat.name,
            !former.hidesStorage
        {
            (former.mark, former.work, former.putOff) = (mark ?? former.mark, newcomer.stat.work, 0)
            (former.isLeft, former.isUnread) = (false, false)
            return
        }
        let start = Double(newcomer.stat.startTicks) / root.ticksPerSecond * 1e9
        // A clock tick earlier, as the kernel rounds down.
        let isYoung = start + 1e9 / root.ticksPerSecond >= Double(turnedAt)
        let wasMember = before?.wasMember ?? false
        // Its number may have gone to another one since.
        guard let process = former?.process ?? (try? WatchedProcess(pid: pid, root: root, keepsFilesOpen: mayKeepFilesOpen())),
            process.startTicks == newcomer.stat.startTicks
        else { return }
        let member = GroupMember(
            process, group: group, countsWhole: (isNew || isYoung) && !wasMember, isDescendant: isDescendant,
            name: newcomer.stat.name, mark: mark, work: newcomer.stat.work, former: former)
        // One that has ended since it was looked at is left to the next look, which reads its parent after that end was seen.
        do throws(LinuxError) { try member.look(isTurn: isTurn || former == nil) } catch { return }
        strangers[pid] = nil
        if former.map({ $0.group != group }) ?? (before != nil) { movers.append(pid) }
        if let former, former.group != group, former.hidesStorage { groups[former.group]?.hidesStorage = true }
        if member.countsWhole { groups[group]?.count(from: process.startTicks, root, at: now) }
        enter(member)
        // Who was there before may be above others.
        if before != nil { hasRisen = true }
        witnesses[pid] = nil
        idle.remove(pid)
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

    private static func first(
        of declarations: [GroupDeclaration], matching facts: ProcessFacts
    ) throws(UnreadCommand) -> (GroupDeclaration, InstanceIdentity)? {
        for declaration in declarations {
            if let identity = try declaration.identity(of: facts) { return (declaration, identity) }
        }
        return nil
    }

    /// The user of a process; nobody's where it has ended.
    private static func owner(of pid: Int32, _ root: KernelRoot) -> UInt32 {
        root.owner(of: pid) ?? ReportPeer.unknownUser
    }

    private func facts(of newcomer: Candidate) throws(LinuxError) -> ProcessFacts? {
        do throws(LinuxError) { return try ProcessFacts(of: newcomer.pid, root: root, below: first, for: aspects) } catch {
            if error.isShortage { throw error }
            return nil
        }
    }

    /// - Throws: ``LinuxError``, as of what cannot be asked, where nobody knows whether the pid file of its group names a process still.
    private func requireSaid(_ former: GroupMember?, _ facts: ProcessFacts) throws(LinuxError) {
        guard let former, let identity = groups[former.group]?.identity,
            let pidFile = declarations.first(where: { $0.fixedIdentity == identity })?.selectors.compactMap(\.pidFile)
                .first(where: { $0.says(of: facts) == nil })
        else { return }
        throw .open(path: pidFile.path, code: EAGAIN)
    }

    /// Finds the group that a process belongs to, and makes room for it there; `nil` of one that belongs to none.
    ///
    /// - Throws: ``LinuxError``, where it cannot be asked at this moment.
    private mutating func group(
        of newcomer: Candidate, _ former: GroupMember?, isLeft: Bool, at now: Moment
    ) throws(LinuxError) -> Belonging? {
        if let facts = try facts(of: newcomer) {
            // In the middle of exec(2) it has its new name already and no command yet; who has none for several looks has taken it off.
            if let former, former.putOff < Self.mostPutOff, facts.command == "", newcomer.stat.virtualMemory > 0 {
                throw .format(path: "\(root.proc)/\(newcomer.pid)/cmdline")
            }
            let result: Result<(GroupDeclaration, InstanceIdentity)?, UnreadCommand> = matching.spend { [root] in
                Self.owner(of: newcomer.pid, root)
            } comparing: { [declarations] in
                Result { () throws(UnreadCommand) in try Self.first(of: declarations, matching: facts) }
            }
            guard case .success(let found) = result else { throw .heldUp(path: "\(root.proc)/\(newcomer.pid)/cmdline") }
            try requireSaid(former, facts)
            if let (declaration, identity) = found {
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
        return former.flatMap { $0.isDescendant && !isLeft ? Belonging(group: $0.group, isDescendant: true) : nil }
    }
}
