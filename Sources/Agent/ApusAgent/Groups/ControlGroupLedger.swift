package import ApusLinux

/// Adds up what control groups of groups have come to, so that no group's sum ever falls: not when a control group is removed, nor when it
/// goes to another group.
///
/// It asks nobody: each look is given what was seen. A removed control group leaves what it had come to at the last look before.
package struct ControlGroupLedger: Sendable {
    /// A control group as a look found it.
    package struct Sighting: Sendable {
        package let folder: ControlGroupTree.Folder
        package let group: Int
        /// The control group of another group that it is in, whose counts have its own in them.
        package let outer: ControlGroupTree.Folder?
        package let counts: ControlGroupCounts
        /// Whether all that it has counted is the group's; else what it counts from now on.
        package let countsWhole: Bool

        package init(
            folder: ControlGroupTree.Folder, group: Int, outer: ControlGroupTree.Folder? = nil, counts: ControlGroupCounts,
            countsWhole: Bool
        ) {
            self.folder = folder
            self.group = group
            self.outer = outer
            self.counts = counts
            self.countsWhole = countsWhole
        }
    }

    private struct Member {
        var group: Int
        var counts: ControlGroupCounts
        var figures: RunningFigures
        var devices: DeviceTally
        /// What it had counted before it was the group's, and what those in it counted that are another group's.
        var foreign: ControlGroupCounts
        /// What of it is the group's; it does not fall when those in it are read a moment later than itself.
        var own = ControlGroupCounts()
    }

    private struct Account {
        var past = ControlGroupCounts()
        var total = ControlGroupCounts()
    }

    private var members: [ControlGroupTree.Folder: Member] = [:]
    private var accounts: [Int: Account] = [:]

    package init() {}

    /// What the control groups of a group have come to; `nil` of a group that never had one.
    package subscript(group: Int) -> ControlGroupCounts? { accounts[group]?.total }

    /// Whether no group has or had a control group.
    package var isEmpty: Bool { accounts.isEmpty && members.isEmpty }

    /// The groups that have or had control groups.
    package var groups: some Sequence<Int> { accounts.keys }

    /// Forgets a group that has no control groups.
    package mutating func forget(_ group: Int) { accounts[group] = nil }

    /// Lets go of the control groups of groups that are to be forgotten.
    ///
    /// - Returns: those control groups.
    package mutating func release(_ groups: Set<Int>) -> [ControlGroupTree.Folder] {
        let own = members.filter { groups.contains($0.value.group) }.map(\.key)
        for folder in own { members[folder] = nil }
        return own
    }

    /// Takes in all control groups of all groups, as one look found them.
    package mutating func look(_ sightings: [Sighting]) {
        let seen = Set(sightings.map(\.folder))
        for (folder, member) in members where !seen.contains(folder) {
            accounts[member.group, default: Account()].past += member.own
            members[folder] = nil
        }
        let known = Set(members.keys)
        let gains = sightings.map { ($0, take($0)) }
        // A control group that counts from now on leaves out already what those in it had counted.
        let late = Set(sightings.filter { !$0.countsWhole && !known.contains($0.folder) }.map(\.folder))
        for (sighting, gain) in gains {
            guard let outer = sighting.outer, !late.contains(outer) else { continue }
            var gain = gain.inherited
            gain.devices = members[outer]?.devices.labelled(gain.devices) ?? [:]
            members[outer]?.foreign += gain
        }
        accounts = accounts.mapValues { Account(past: $0.past, total: $0.past) }
        for (folder, member) in members {
            let own = (member.counts - member.foreign).atLeast(member.own)
            members[folder]?.own = own
            accounts[member.group, default: Account()].total += own
        }
    }

    /// - Returns: what it has counted since it was seen last, with each device under its own name.
    private mutating func take(_ sighting: Sighting) -> ControlGroupCounts {
        var counts = sighting.counts
        var figures = members[sighting.folder]?.figures ?? RunningFigures()
        counts.figures = figures.take(counts.figures)
        var devices = members[sighting.folder]?.devices ?? DeviceTally()
        let gains = devices.add(counts.devices)
        counts.devices = devices.totals
        guard var member = members[sighting.folder] else {
            let foreign = sighting.countsWhole ? ControlGroupCounts() : counts
            members[sighting.folder] = Member(
                group: sighting.group, counts: counts, figures: figures, devices: devices, foreign: foreign)
            var gain = counts - foreign
            gain.devices = sighting.countsWhole ? gains : [:]
            return gain
        }
        // What cannot be read for once does not count back.
        counts = counts.atLeast(member.counts)
        var gain = counts - member.counts
        gain.devices = gains
        if member.group != sighting.group {
            accounts[member.group, default: Account()].past += member.own
            member = Member(
                group: sighting.group, counts: counts, figures: figures, devices: devices, foreign: member.counts)
        }
        (member.figures, member.devices) = (figures, devices)
        member.counts = counts
        members[sighting.folder] = member
        return gain
    }
}
