import AgentMetrics
import ApusLinux

/// The sockets of several processes together, each once.
struct SocketUnion {
    private struct Key: Hashable {
        let namespace: NetworkNamespace?
        let inode: UInt64
    }

    private var sockets: [Key: KernelSocket] = [:]
    /// Whether nothing is missing of whom has been added.
    private var isWhole = true
    private var hasProcesses = false
    private let survey: SocketSurvey
    private let now: Moment
    /// Whether sockets that were made in control groups are added as well, so that descriptors that may not be seen, or are too many, are
    /// no loss.
    private let hasControlGroups: Bool

    /// - Parameter controlGroups: the numbers of the control groups whose sockets belong to it; empty of what is none.
    init(_ survey: SocketSurvey, controlGroups: [UInt64], at now: Moment) {
        self.survey = survey
        self.now = now
        guard !controlGroups.isEmpty, case .found(let list) = survey.own(at: now), list.knowsControlGroups else {
            hasControlGroups = false
            return
        }
        hasControlGroups = true
        for number in controlGroups { add(list.made(in: number), nil) }
    }

    private mutating func add(_ found: [KernelSocket], _ namespace: NetworkNamespace?) {
        let namespace = survey.isOwn(namespace) ? nil : namespace
        for socket in found { sockets[Key(namespace: namespace, inode: socket.inode)] = socket }
    }

    /// Adds those of a process.
    ///
    mutating func add(_ sockets: inout ProcessSockets, of process: WatchedProcess) {
        hasProcesses = true
        let namespace = sockets.namespace
        switch survey.list(namespace, seenIn: process.folder, at: now) {
        case .found(let list): add(sockets, namespace, list)
        case .waiting: isWhole = false
        case .left:
            isWhole = false
            // Why those of the agent's own are not known is said once, and not of each process.
            guard !survey.isOwn(namespace) else { return }
            sockets.miss(.namespace)
            survey.tell(.namespace, of: process.pid)
        }
    }

    private mutating func add(_ process: ProcessSockets, _ namespace: NetworkNamespace?, _ list: SocketList) {
        if let inodes = process.inodes {
            add(inodes.compactMap { list[$0] }, namespace)
        } else if process.isForbidden, !survey.isOwn(namespace) {
            // Nobody else is in a namespace of its own.
            add(list.all, namespace)
        } else if !hasControlGroups || !process.isForbidden && process.gap != .descriptors {
            isWhole = false
        }
    }

    /// `nil` where something is missing, and where there is no process.
    var figures: SocketFigures? { isWhole && hasProcesses ? SocketFigures(sockets.values) : nil }
}
