import AgentMetrics
import ApusLinux

/// The places for groups and processes: who has one, and who gives way.
extension GroupRoll {
    /// Lets go of a group with all that it came to.
    mutating func forget(_ group: WatchedGroup, _ number: Int) {
        groups[number] = nil
        order = nil
        taken -= group.places
        numbers[group.identity] = nil
        ledger.forget(number)
        controlGroups.forget(number)
    }

    /// Has as many places for groups left, if need be those of whom nobody has been seen for longest: who lives goes before who has ended.
    private mutating func makeRoom(for places: Int) -> Bool {
        guard taken + places > mostGroups else { return true }
        let ended = (mayGiveWay ?? listEnded()).filter { groups[$0] != nil && !found.contains($0) }
        mayGiveWay = ended
        guard taken + places - ended.reduce(0, { $0 + (groups[$1]?.places ?? 0) }) <= mostGroups else { return false }
        for number in ended where taken + places > mostGroups {
            guard let group = groups[number] else { continue }
            forget(group, number)
            forgotten += 1
        }
        return true
    }

    /// Has a place for a group that the file names as it is, whoever else lives: those of captured names give theirs, the one that came last
    /// first, and before them those that the file names no more.
    ///
    /// - Returns: the living groups that did.
    mutating func makeRoom(forNamed identity: InstanceIdentity, _ declaration: GroupDeclaration) -> [InstanceIdentity] {
        let places = Self.places(for: declaration)
        guard numbers[identity] == nil, !makeRoom(for: places) else { return [] }
        var given: [Int: WatchedGroup] = [:]
        let ended = Set(mayGiveWay ?? [])
        let living = groups.filter { !$0.value.isExpected && !ended.contains($0.key) }
            .sorted { ($0.value.wasNamed ? 0 : 1, -$0.key) < ($1.value.wasNamed ? 0 : 1, -$1.key) }
        let free = mostGroups - taken + ended.reduce(0) { $0 + (groups[$1]?.places ?? 0) }
        guard free + living.reduce(0, { $0 + $1.value.places }) >= places else { return [] }
        var needed = places - free
        for (number, group) in living where needed > 0 {
            given[number] = group
            needed -= group.places
        }
        for member in Array(members.values) where given[member.group] != nil { leave(member.process.pid) }
        ledger.release(Set(given.keys), witnesses: Set(witnesses.keys))
        controlGroups.release(Set(given.keys))
        for (number, group) in given {
            forget(group, number)
            if !group.wasNamed { forgotten += 1 }
        }
        return given.values.filter { !$0.wasNamed }.map(\.identity).sorted()
    }

    /// Has a place for one process more, if need be that of a captured group's process for that of a named group: of the one that began last.
    mutating func makeRoom(forProcessOf isNamed: Bool) -> Bool {
        guard members.count >= most else { return true }
        guard isNamed else { return false }
        var others =
            mayMakeWay
            ?? members.values.filter { !(groups[$0.group]?.isExpected ?? false) }
            .sorted { ($0.process.startTicks, $0.process.pid) < ($1.process.startTicks, $1.process.pid) }
        defer { mayMakeWay = others }
        while let other = others.popLast() {
            let pid = other.process.pid
            guard members[pid] === other else { continue }
            leave(pid)
            var stranger = Stranger(
                startTicks: other.process.startTicks, name: other.name, mark: other.mark, work: other.work)
            (stranger.isUnwatched, stranger.group, stranger.wasMember) = (true, other.group, true)
            strangers[pid] = stranger
            return true
        }
        return false
    }

    /// Places that a group takes: one of control groups has twice the series of another one.
    private static func places(for declaration: GroupDeclaration) -> Int { declaration.isOfControlGroups ? 2 : 1 }

    /// The groups that had nobody at the last look and have nobody now, that which has been without longest first.
    private func listEnded() -> [Int] {
        let inhabited = Set(members.values.map(\.group))
        let ended = groups.filter { number, group in
            group.isLookedAt && !group.isExpected && group.finding.reading.isEmpty && !inhabited.contains(number)
        }
        return ended.sorted { ($0.value.lastSeen, $0.key) < ($1.value.lastSeen, $1.key) }.map(\.key)
    }

    /// The number of a group, which is made where there is none; `nil` past the most that there may be.
    mutating func number(
        of identity: InstanceIdentity, _ declaration: GroupDeclaration, at now: Moment
    ) -> (number: Int, isNew: Bool)? {
        if let number = numbers[identity] {
            found.insert(number)
            return (number, lookedAt == nil && !goesOn)
        }
        let places = Self.places(for: declaration)
        guard makeRoom(for: places) else { return nil }
        taken += places
        let number = nextNumber
        nextNumber += 1
        found.insert(number)
        numbers[identity] = number
        order = nil
        groups[number] = WatchedGroup(
            identity: identity, includesDescendants: declaration.includesDescendants,
            isExpected: declaration.fixedIdentity != nil, places: places, at: now)
        return (number, lookedAt != nil || !goesOn)
    }
}
