import ApusLimits
import ApusLinux

/// Finds out which sockets the processes and control groups of groups have.
struct GroupSockets {
    private let survey: SocketSurvey
    private let root: KernelRoot

    init(_ survey: SocketSurvey, _ root: KernelRoot) {
        self.survey = survey
        self.root = root
    }

    /// Reads the descriptors of processes, where there is time for it: first of those of whom they were read longest ago.
    ///
    /// - Parameter controlGroups: the paths of the control groups of each group.
    /// - Returns: what is known of each group.
    func read(_ members: [GroupMember], _ controlGroups: [Int: [String]], at now: Moment) -> [Int: SocketFigures] {
        let living = members.filter { $0.sight?.living != nil }
        for member in living.sorted(by: { $0.sockets.readAt < $1.sockets.readAt }) {
            member.sockets.read(member.process, openFiles: member.sight?.openFiles, in: survey, at: now)
        }
        bound(living)
        let tree = ControlGroupTree(root)
        var unions: [Int: SocketUnion] = [:]
        for member in living {
            let numbers =
                unions[member.group] == nil ? (controlGroups[member.group] ?? []).flatMap { tree.numbers(of: $0) } : []
            unions[member.group, default: SocketUnion(survey, controlGroups: numbers, at: now)]
                .add(member.sockets, member.process.folder)
        }
        return unions.compactMapValues(\.figures)
    }

    /// Leaves those out who have most, where all together have more than there is room for.
    private func bound(_ members: [GroupMember]) {
        let most = SamplingLimits.heldSockets.value
        var held = members.reduce(0) { $0 + $1.sockets.count }
        guard held > most else { return }
        for member in members.sorted(by: { $0.sockets.count > $1.sockets.count }) where held > most {
            held -= member.sockets.count
            member.sockets.refuse()
        }
    }
}
