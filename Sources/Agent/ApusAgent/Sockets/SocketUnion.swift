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
    /// Whether sockets that were made in control groups are added as well, so that descriptors that are not read are no loss.
    private var hasControlGroups = false
    /// Whether there are too many control groups for that.
    private var hasTooManyControlGroups = false

    /// - Parameter controlGroups: what is known of the control groups whose sockets belong to it; empty of what is none.
    init(_ survey: SocketSurvey, controlGroups: [SocketSurvey.Look<[UInt64]>], at now: Moment) {
        self.survey = survey
        self.now = now
        guard !controlGroups.isEmpty, case .found(let list) = survey.own(at: now), list.knowsControlGroups else { return }
        var isWaiting = false
        for look in controlGroups {
            switch look {
            case .found(let numbers):
                if !numbers.isEmpty { hasControlGroups = true }
                for number in numbers { add(list.made(in: number), nil) }
            case .waiting: isWaiting = true
            case .left: hasTooManyControlGroups = true
            }
        }
        if isWaiting || hasTooManyControlGroups { hasControlGroups = false }
    }

    private mutating func add(_ found: [KernelSocket], _ namespace: NetworkNamespace?) {
        let namespace = survey.isOwn(namespace) ? nil : namespace
        for socket in found { sockets[Key(namespace: namespace, inode: socket.inode)] = socket }
    }

    /// Adds those of a process.
    ///
    /// - Returns: why they are not known; `nil` where they are, only wait for their turn, or its descriptors are what is missing.
    mutating func add(_ sockets: ProcessSockets, of process: WatchedProcess) -> SocketGap? {
        hasProcesses = true
        let namespace = sockets.namespace
        switch survey.list(namespace, seenIn: process.folder, at: now) {
        case .found(let list): return add(sockets, namespace, list)
        case .waiting:
            isWhole = false
            return nil
        case .left:
            isWhole = false
            // Why those of the agent's own are not known is said once, and not of each process.
            return survey.isOwn(namespace) ? nil : .namespace
        }
    }

    private mutating func add(_ process: ProcessSockets, _ namespace: NetworkNamespace?, _ list: SocketList) -> SocketGap? {
        let isOwn = survey.isOwn(namespace)
        if let inodes = process.inodes {
            add(inodes.compactMap { list[$0] }, namespace)
            return nil
        }
        let isNeverRead = process.isForbidden || process.gap != nil
        if process.isForbidden, !isOwn {
            // Nobody else is in a namespace of its own.
            add(list.all, namespace)
        } else if !isNeverRead || !hasControlGroups || !isOwn {
            isWhole = false
            return isNeverRead && hasTooManyControlGroups && isOwn ? .controlGroups : nil
        }
        return nil
    }

    /// `nil` where something is missing, and where there is no process.
    var figures: SocketFigures? { isWhole && hasProcesses ? SocketFigures(sockets.values) : nil }
}
