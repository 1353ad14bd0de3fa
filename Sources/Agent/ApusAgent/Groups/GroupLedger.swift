/// Adds up what the processes of groups have used, so that no group's sum ever falls: not when a process ends, nor when its parent
/// takes over what it had used, nor when it goes to another group.
///
/// It asks nobody: each look is given what was seen. What an ended process had used stays in its group, unless its parent, when it has
/// waited for it, has it in its own count from then on. Where a parent of another group has, that group does not count it again.
///
/// A process that has left its group and lives on is a witness: what it had used stays where it was counted, nothing is added, and once it
/// has ended and its parent has waited for it, that part of the parent's count is left out. A process of no group that stands above one of a
/// group is one as well, as it takes over what has counted: it hands that on, or comes to a group with it itself.
package struct GroupLedger: Sendable {
    /// A process as a look found it, a zombie too.
    package struct Sighting: Sendable {
        package let pid: Int32
        /// Clock ticks from boot to the start: with the pid, no other process has the same.
        package let startTicks: UInt64
        package let parent: Int32
        package let group: Int
        /// What it has used, and the children that it has waited for.
        package let total: ProcessCounts
        /// The children's part of it, without bytes (``ProcessCounts/inherited(outOf:)``).
        package let inherited: ProcessCounts
        /// Whether all that it has used counts, as it began while its group was watched; else what it uses from now on.
        package let countsWhole: Bool
        /// Whether it belongs to no group, or none any more, so that what it uses from now on counts nowhere.
        package var isWitness = false

        package init(
            pid: Int32, startTicks: UInt64, parent: Int32, group: Int, total: ProcessCounts, inherited: ProcessCounts,
            countsWhole: Bool
        ) {
            self.pid = pid
            self.startTicks = startTicks
            self.parent = parent
            self.group = group
            self.total = total
            self.inherited = inherited
            self.countsWhole = countsWhole
        }
    }

    /// What a group has come to.
    package struct Account: Equatable, Sendable {
        /// What its processes have used, those that live and those that have ended.
        package var used = ProcessCounts()
        package var started: UInt64 = 0
        package var ended: UInt64 = 0
        /// What those have used that are no longer seen.
        fileprivate var past = ProcessCounts()
    }

    private struct Member {
        let startTicks: UInt64
        var parent: Int32
        var group: Int
        var total: ProcessCounts
        /// What it had taken over at the last look; of a witness only what is known whose that was, as it is not read at each.
        var inherited: ProcessCounts
        /// What it had used before it counted here.
        var base: ProcessCounts
        /// Whether it belongs to no group, or none any more; its total is then what of it has counted elsewhere, and is not added up.
        var isWitness = false
        /// The number of the look that saw it last.
        var look: UInt64

        var counted: ProcessCounts { total - base }
    }

    private var members: [Int32: Member] = [:]
    private var accounts: [Int: Account] = [:]
    /// The number of the last look.
    private var number: UInt64 = 0

    package init() {}

    /// What a group has come to at the last look.
    package subscript(group: Int) -> Account { accounts[group] ?? Account() }

    /// Forgets a group that has no processes.
    package mutating func forget(_ group: Int) { accounts[group] = nil }

    /// Lets go of the processes of groups that are to be forgotten.
    ///
    /// - Parameter witnesses: those that the next look will find as witnesses.
    package mutating func release(_ groups: Set<Int>, witnesses: Set<Int32> = []) {
        members = members.filter { !groups.contains($0.value.group) || witnesses.contains($0.key) }
        for place in members.values.indices where groups.contains(members.values[place].group) {
            members.values[place].isWitness = true
        }
    }

    /// Whether a process that belongs to no group is to be looked at still, as its parent may take over what it had used.
    package func isWitness(_ pid: Int32) -> Bool { members[pid]?.isWitness ?? false }

    /// The living processes that may have taken over what these had used, which have ended: they are to be read after the end was seen.
    package func heirs(of ended: Set<Int32>) -> Set<Int32> { Set(ended.compactMap { heir(of: $0, ended) }) }

    /// The nearest process above one that has ended that has not.
    private func heir(of pid: Int32, _ ended: Set<Int32>) -> Int32? {
        var next = members[pid]?.parent
        // Parents of a snapshot make no circle; a pid that was used anew could.
        for _ in 0...ended.count {
            guard let parent = next, let member = members[parent] else { return nil }
            guard ended.contains(parent) else { return parent }
            next = member.parent
        }
        return nil
    }

    /// Takes in all processes of all groups, as one look found them.
    ///
    /// - Parameter witnesses: those that are of no group; one below which nobody has ended may be as an earlier look found it.
    package mutating func look(
        _ sightings: some Sequence<Sighting>, witnesses: some Sequence<Sighting> = EmptyCollection<Sighting>()
    ) {
        number += 1
        // Mostly nobody has ended, and nothing is set up to find out.
        let living = note(sightings) + note(witnesses)
        if living < members.count {
            var seen = Dictionary(sightings.map { ($0.pid, $0) }, uniquingKeysWith: { $1 })
            for witness in witnesses { seen[witness.pid] = witness }
            bury(Set(members.filter { $0.value.look != number }.keys), seen)
        }
        for sighting in sightings { take(sighting) }
        for witness in witnesses { take(witness) }
        for place in accounts.values.indices { accounts.values[place].used = accounts.values[place].past }
        for member in members.values where !member.isWitness {
            accounts[member.group, default: Account()].used += member.counted
        }
    }

    /// Notes that these have been seen.
    ///
    /// - Returns: how many of them were there before.
    private mutating func note(_ sightings: some Sequence<Sighting>) -> Int {
        var living = 0
        for sighting in sightings {
            guard let place = members.index(forKey: sighting.pid), members.values[place].startTicks == sighting.startTicks
            else { continue }
            members.values[place].look = number
            living += 1
        }
        return living
    }

    /// Lets go of the witnesses that have nothing to hand on, and below whom nobody is.
    package mutating func releaseEmpty() {
        let parents = Set(members.values.lazy.map(\.parent))
        let empty = members.filter { $0.value.isWitness && $0.value.total == ProcessCounts() && !parents.contains($0.key) }
        for pid in empty.keys { members[pid] = nil }
    }

    private mutating func bury(_ ended: Set<Int32>, _ seen: [Int32: Sighting]) {
        var gains: [Int32: ProcessCounts] = [:]
        // In one order, so that the same looks make the same sums.
        let heirs = ended.sorted().map { ($0, heir(of: $0, ended)) }
        for (pid, heir) in heirs {
            guard let member = members[pid] else { continue }
            if !member.isWitness { settle(member) }
            guard let heir, let parent = members[heir], let sighting = seen[heir] else { continue }
            let gain = gains[heir] ?? Self.gain(of: parent, sighting)
            let part = member.total.inherited(outOf: gain)
            gains[heir] = gain - part
            if parent.isWitness {
                // Counted already, and to be left out where the witness's own parent takes it over. What else it has taken over may be of
                // one whose end is seen later.
                members[heir]?.total += part
                members[heir]?.inherited += part
            } else {
                // The parent's count has it from here on.
                accounts[parent.group, default: Account()].past -= part
            }
        }
        for pid in ended { members[pid] = nil }
    }

    /// What a parent has been given by children since the look before; the bytes are at most those that it has more altogether.
    ///
    /// What a witness has altogether is not kept, so that its bytes have no bound here; where it hands them on they have.
    private static func gain(of parent: Member, _ sighting: Sighting) -> ProcessCounts {
        let bytes = parent.isWitness || sighting.isWitness ? nil : sighting.total.atLeast(parent.total) - parent.total
        return (sighting.inherited - parent.inherited).withBytes(of: bytes)
    }

    /// Leaves to its group what a process had used that is of it no more.
    private mutating func settle(_ member: Member) {
        accounts[member.group, default: Account()].past += member.counted
        accounts[member.group]?.ended += 1
    }

    private mutating func take(_ sighting: Sighting) {
        guard let place = members.index(forKey: sighting.pid) else {
            let isWitness = sighting.isWitness
            let total = isWitness ? ProcessCounts() : sighting.total
            members[sighting.pid] = Member(
                startTicks: sighting.startTicks, parent: sighting.parent, group: sighting.group, total: total,
                inherited: sighting.inherited, base: sighting.countsWhole ? ProcessCounts() : total, isWitness: isWitness,
                look: number)
            if !isWitness { accounts[sighting.group, default: Account()].started += 1 }
            return
        }
        var member = members.values[place]
        member.parent = sighting.parent
        if member.isWitness || sighting.isWitness {
            turn(&member, to: sighting)
            members.values[place] = member
            return
        }
        // What may not be read for once, such as bytes, does not count back.
        member.total = sighting.total.atLeast(member.total)
        member.inherited = sighting.inherited.atLeast(member.inherited)
        if member.group != sighting.group {
            settle(member)
            accounts[sighting.group, default: Account()].started += 1
            member.group = sighting.group
            member.base = member.total
        }
        members.values[place] = member
    }

    /// Makes a witness of a process that has left its group, keeps it one, or has it belong to a group again.
    private mutating func turn(_ member: inout Member, to sighting: Sighting) {
        if sighting.isWitness, !member.isWitness {
            member.total = sighting.total.atLeast(member.total)
            settle(member)
        } else if !sighting.isWitness {
            // What counted before it left does not count again.
            member.base = sighting.countsWhole ? member.total : sighting.total.atLeast(member.total)
            member.total = sighting.total.atLeast(member.total)
            member.group = sighting.group
            accounts[sighting.group, default: Account()].started += 1
        }
        if !member.isWitness || !sighting.isWitness { member.inherited = sighting.inherited.atLeast(member.inherited) }
        member.isWitness = sighting.isWitness
    }
}
