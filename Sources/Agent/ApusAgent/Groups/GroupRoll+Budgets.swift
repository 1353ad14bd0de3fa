import ApusLinux

/// What takes its time, and is read within a budget at each turn of the sampling loop.
extension GroupRoll {
    /// Reads proportional memory, where there is time for it: first of those of whom it was read longest ago.
    func readProportional(at now: Moment) {
        guard let budget else { return }
        for member in members.values.sorted(by: { $0.proportional.readAt < $1.proportional.readAt }) {
            guard let sight = member.sight else { continue }
            member.proportional.read(member.process, residentBytes: sight.residentBytes, within: budget, at: now)
        }
    }

    /// Finds out which sockets each group has, as far as there is time for it.
    mutating func readSockets(at now: Moment) {
        guard let survey else { return }
        let inGroups = controlGroups.claimed { declarations.indices.contains($0.declaration) ? numbers[$0.identity] : nil }
        sockets = GroupSockets(survey, root).read(Array(members.values), inGroups, at: now)
    }
}
