import ApusLinux

/// Which sockets a process had open when its descriptors were read last.
struct ProcessSockets: Sendable {
    /// `nil` before they were read first.
    private(set) var inodes: [UInt64]?
    private(set) var namespace: NetworkNamespace?
    /// When it was tried last: CLOCK_MONOTONIC in nanoseconds; 0 of one that was not.
    private(set) var readAt: UInt64 = 0
    /// The round in which that was.
    private var round: UInt64 = 0
    /// Whether the kernel does not say it to this user.
    private(set) var isForbidden = false
    /// Whether it had too many beside others.
    private var isRefused = false

    /// How many are held here.
    var count: Int { inodes?.count ?? 0 }

    /// Lets go of them until they are read again.
    mutating func forget() { inodes = nil }

    /// Lets go of them for good.
    mutating func refuse() {
        inodes = nil
        isRefused = true
    }

    /// Reads them, where there is time for it.
    ///
    /// - Parameter openFiles: how many descriptors it has; `nil` where that is not known.
    mutating func read(_ process: WatchedProcess, openFiles: UInt64?, in survey: SocketSurvey, at now: Moment) {
        namespace = NetworkNamespace(of: process.folder)
        guard !isForbidden, !isRefused else { return }
        if let openFiles, survey.hasTooMany(openFiles) {
            // What it had when it had fewer says nothing any more.
            (inodes, readAt) = (nil, now.monotonic)
            return
        }
        do throws(LinuxError) {
            guard let found = try survey.inodes(of: process, openFiles: openFiles ?? 1, readIn: &round, at: now) else { return }
            (inodes, readAt) = (found, now.monotonic)
        } catch { isForbidden = error.isForbidden }
    }
}

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
    /// Whether sockets that were made in control groups are added as well, so that descriptors that may not be seen are no loss.
    private let hasControlGroups: Bool

    /// - Parameter controlGroups: the numbers of the control groups whose sockets belong to it; empty of what is none.
    init(_ survey: SocketSurvey, controlGroups: [UInt64], at now: Moment) {
        self.survey = survey
        self.now = now
        guard !controlGroups.isEmpty, let list = survey.own(at: now), list.knowsControlGroups else {
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
    /// - Parameter folder: of the process in proc(5).
    mutating func add(_ process: ProcessSockets, _ folder: String) {
        hasProcesses = true
        guard let list = survey.list(process.namespace, seenIn: folder, at: now) else {
            isWhole = false
            return
        }
        if let inodes = process.inodes {
            add(inodes.compactMap { list[$0] }, process.namespace)
        } else if process.isForbidden, !survey.isOwn(process.namespace) {
            // Nobody else is in a namespace of its own.
            add(list.all, process.namespace)
        } else if !process.isForbidden || !hasControlGroups {
            isWhole = false
        }
    }

    /// `nil` where something is missing, and where there is no process.
    var figures: SocketFigures? { isWhole && hasProcesses ? SocketFigures(sockets.values) : nil }
}
