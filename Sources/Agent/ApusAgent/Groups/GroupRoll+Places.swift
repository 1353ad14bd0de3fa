import AgentMetrics

/// The places for groups: who has one, and who gives way.
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
            return (number, lookedAt == nil)
        }
        // It has twice the series of another one.
        let places = declaration.isOfControlGroups ? 2 : 1
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
        return (number, true)
    }
}
