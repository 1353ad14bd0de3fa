import AgentMetrics
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
        relist(living, at: now)
        let tree = ControlGroupTree(root)
        survey.rewalk(controlGroups.values.joined(), in: tree, at: now)
        var unions: [Int: SocketUnion] = [:]
        for member in living {
            let numbers =
                unions[member.group] == nil
                ? (controlGroups[member.group] ?? []).map { survey.numbers(of: $0, in: tree, at: now) } : []
            let gap = unions[member.group, default: SocketUnion(survey, controlGroups: numbers, at: now)]
                .add(member.sockets, of: member.process)
            member.sockets.miss(gap)
            if let gap { survey.tell(gap, of: member.process.pid) }
        }
        return unions.compactMapValues(\.figures)
    }

    /// Lists the sockets of the namespaces that there are, as far as there is time.
    private func relist(_ members: [GroupMember], at now: Moment) {
        var folders: [NetworkNamespace: String] = [:]
        for member in members {
            guard let namespace = member.sockets.namespace else { continue }
            folders[namespace] = member.process.folder
        }
        survey.relist(folders, at: now)
    }

    /// Leaves those out who have most, where all together have more than there is room for, until there is room again.
    private func bound(_ members: [GroupMember]) {
        let most = survey.mostHeld
        var held = members.reduce(0) { $0 + $1.sockets.count }
        if held > most {
            for member in members.sorted(by: { $0.sockets.count > $1.sockets.count }) where held > most {
                held -= member.sockets.count
                member.sockets.refuse()
                survey.tell(.held, of: member.process.pid)
            }
            return
        }
        for member in members where member.sockets.isHeld {
            held += member.sockets.readmit(into: most - held, openFiles: member.sight?.openFiles) ?? 0
        }
    }
}
