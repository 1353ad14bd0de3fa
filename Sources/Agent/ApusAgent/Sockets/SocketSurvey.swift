import AgentMetrics
import ApusLimits
package import ApusLinux
import Glibc
package import Logging
import Synchronization

/// The sockets of the machine as they were listed once in the interval, and the time for finding out whose they are, for all who are watched.
package final class SocketSurvey: Sendable {
    /// What came of a look for something.
    enum Look<Found> {
        case found(Found)
        /// There is no time for it in this interval, and nothing is known of before.
        case waiting
        /// It cannot be had.
        case left
    }

    /// What came of a look for the sockets of a process.
    enum ProcessLook {
        case found([UInt64])
        /// It has been read in this round, or there is no time for it in this interval.
        case waiting
        case left(SocketGap)
    }

    /// In which every process is read once.
    private struct Rounds {
        private var number: UInt64 = 0
        private var began: UInt64 = 0
        /// Whether somebody was not read in this interval, for want of time.
        var isShort = false

        mutating func number(at now: UInt64, each interval: UInt64) -> UInt64 {
            // A turn may begin a little sooner after the one before.
            if number == 0 || now >= began &+ interval / 10 * 9 {
                if !isShort { number += 1 }
                (began, isShort) = (now, false)
            }
            return number
        }
    }

    /// How many sockets all processes of groups together may have.
    let mostHeld: Int
    private let budget: WindowBudget
    /// Nanoseconds.
    private let interval: UInt64
    private let work: AgentWork
    private let logger: Logger?
    private let own: NetworkNamespace?
    private let listOwn: @Sendable () throws -> SocketList
    private let rounds = Mutex(Rounds())
    private let ownList = Mutex<(list: SocketList?, at: UInt64)?>(nil)
    private let others: Mutex<NamespaceLists>
    private let folders: Mutex<ControlGroupFolders>
    private let told = Mutex<(gaps: Set<SocketGap>, isFault: Bool, isFaultOfOthers: Bool)>(([], false, false))

    /// What a descriptor takes before one was read.
    private static let nanosecondsPerDescriptor = 2000.0

    /// - Parameters:
    ///   - list: lists the sockets of this process's own network namespace.
    ///   - listOther: lists those of the namespace that the process with a folder in proc(5) is in, in so many bytes a file at most.
    /// - Returns: `nil` for a budget of nothing.
    package init?(
        _ budget: Duration, each interval: Duration, root: KernelRoot = .live, work: AgentWork, logger: Logger? = nil,
        mostHeld: Int = SamplingLimits.heldSockets.value,
        list: @escaping @Sendable () throws -> SocketList = {
            try SocketList.own(atMost: SamplingLimits.listedSockets.value)
        },
        listOther: @escaping @Sendable (_ folder: String, _ longest: Int) throws -> SocketList = {
            try NetworkNamespace.sockets(of: $0, longest: $1)
        }
    ) {
        guard
            let whole = WindowBudget(
                budget, each: interval, nanosecondsPerUnit: Self.nanosecondsPerDescriptor, least: 16),
            let lists = NamespaceLists(budget / 2, each: interval, listOther),
            let folders = ControlGroupFolders(budget / 4, each: interval)
        else { return nil }
        self.mostHeld = mostHeld
        self.budget = whole
        self.interval = UInt64(max(1, interval / .nanoseconds(1)))
        self.work = work
        self.logger = logger
        own = NetworkNamespace(of: "\(root.proc)/self")
        listOwn = list
        others = Mutex(lists)
        self.folders = Mutex(folders)
    }

    /// Whether a namespace is the agent's own.
    func isOwn(_ namespace: NetworkNamespace?) -> Bool { namespace == nil || namespace == own }

    // MARK: - Lists

    /// The sockets of the agent's own network namespace.
    func own(at now: Moment) -> Look<SocketList> {
        ownList.withLock { listed in
            if let listed, now.monotonic - min(now.monotonic, listed.at) < interval / 10 * 9 {
                return listed.list.map { .found($0) } ?? .left
            }
            let list: SocketList?
            do { list = try spend(at: now, listOwn) } catch {
                list = nil
                tell(error)
            }
            listed = (list, now.monotonic)
            return list.map { .found($0) } ?? .left
        }
    }

    /// The sockets of the namespace that a process is in; those of another one than the agent's are as old as time allows.
    ///
    /// - Parameter folder: of the process in proc(5).
    func list(_ namespace: NetworkNamespace?, seenIn folder: String, at now: Moment) -> Look<SocketList> {
        guard let namespace, !isOwn(namespace) else { return own(at: now) }
        return others.withLock { list(namespace, seenIn: folder, of: &$0, at: now) }
    }

    private func list(
        _ namespace: NetworkNamespace, seenIn folder: String, of lists: inout NamespaceLists, at now: Moment
    ) -> Look<SocketList> {
        lists.list(
            namespace, seenIn: folder, at: now, spend: { read in try self.spend(at: now, read) },
            tell: { self.tell($0, seenIn: folder) })
    }

    /// Lists the sockets of other namespaces anew, as far as there is time: first of those that were listed longest ago.
    ///
    /// - Parameter folders: of a process in each of them.
    func relist(_ folders: [NetworkNamespace: String], at now: Moment) {
        others.withLock { lists in
            for (namespace, folder) in folders.sorted(by: { lists.readAt($0.key) < lists.readAt($1.key) })
            where !isOwn(namespace) {
                _ = list(namespace, seenIn: folder, of: &lists, at: now)
            }
        }
    }

    /// The numbers of a control group and of those below it, as old as time allows; none of one that is not there.
    func numbers(of path: String, in tree: ControlGroupTree, at now: Moment) -> Look<[UInt64]> {
        folders.withLock { $0.numbers(of: path, in: tree, at: now) { read in self.spend(at: now, read) } }
    }

    /// Looks for the control groups below these anew, as far as there is time: first of those that were looked at longest ago.
    func rewalk(_ paths: some Sequence<String>, in tree: ControlGroupTree, at now: Moment) {
        folders.withLock { folders in
            for path in Array(paths).sorted(by: { folders.readAt($0) < folders.readAt($1) }) {
                _ = folders.numbers(of: path, in: tree, at: now) { read in self.spend(at: now, read) }
            }
        }
    }

    /// Reads what is missing for descriptors then.
    private func spend<Result, Failure: Error>(
        at now: Moment, _ read: () throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        try budget.spend(on: 0, isFree: true, at: now, telling: { work.countSockets(cpuNanoseconds: $0) }, read)
    }

    // MARK: - Descriptors

    /// Finds the sockets among the descriptors of a process.
    ///
    /// Nobody is read a second time before all are read for whom there was not enough time.
    ///
    /// - Parameter last: the round in which the process was read last.
    /// - Throws: ``LinuxError``.
    func inodes(
        of process: WatchedProcess, openFiles: UInt64, readIn last: inout UInt64, at now: Moment
    ) throws(LinuxError) -> ProcessLook {
        let most = SamplingLimits.socketDescriptors.value
        let size = max(1, openFiles)
        let round = rounds.withLock { $0.number(at: now.monotonic, each: interval) }
        guard size <= UInt64(most) else { return .left(.descriptors) }
        guard last != round else { return .waiting }
        let read = try budget.spend(
            on: size, at: now, telling: { work.countSockets(cpuNanoseconds: $0) }
        ) { () throws(LinuxError) in try ProcessDescriptors.sockets(of: process, atMost: most) }
        guard let read else {
            guard budget.mayEverAdmit(size) else { return .left(.budget) }
            rounds.withLock { $0.isShort = true }
            return .waiting
        }
        last = round
        return read.map { .found($0) } ?? .left(.descriptors)
    }

    // MARK: - The log

    /// Says once of each reason why there is somebody whose sockets are not served.
    func tell(_ gap: SocketGap, of pid: Int32) {
        guard told.withLock({ $0.gaps.insert(gap).inserted }) else { return }
        logger?.warning("\(gap.line)", metadata: ["pid": "\(pid)"])
    }

    /// Says once that another network namespace cannot be listed.
    private func tell(_ fault: any Error, seenIn folder: String) {
        let isNew = told.withLock { told in
            defer { told.isFaultOfOthers = true }
            return !told.isFaultOfOthers
        }
        guard isNew else { return }
        logger?.error(
            "the sockets of a process in another network namespace cannot be listed; let the agent read the net folder of the process, and have enough descriptors (LimitNOFILE=)",
            metadata: ["folder": "\(folder)", "fault": "\(fault)"])
    }

    /// Says once that the agent's own network namespace cannot be listed.
    private func tell(_ fault: any Error) {
        let isNew = told.withLock { told in
            defer { told.isFault = true }
            return !told.isFault
        }
        guard isNew else { return }
        let isTooMany = (fault as? LinuxError)?.code == ENOBUFS
        logger?.error(
            isTooMany
                ? "the machine has more sockets than \(SamplingLimits.listedSockets.value), and none are served; leave --socket-budget away"
                : "the machine's sockets cannot be listed, and none are served; allow the agent AF_NETLINK, or leave --socket-budget away",
            metadata: ["fault": "\(fault)"])
    }
}
