import ApusLimits
package import ApusLinux
import Synchronization

/// The sockets of the machine as they were listed once in the interval, and the time for finding out whose they are, for all who are watched.
package final class SocketSurvey: Sendable {
    private struct Listed {
        /// `nil` where there are too many, or they cannot be listed.
        let list: SocketList?
        let at: UInt64
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

    private let budget: WindowBudget
    /// Nanoseconds.
    private let interval: UInt64
    private let work: AgentWork
    private let own: NetworkNamespace?
    private let listOwn: @Sendable () throws -> SocketList
    private let faults = Mutex<String?>(nil)
    private let rounds = Mutex(Rounds())
    private let state = Mutex<[NetworkNamespace?: Listed]>([:])

    /// What a descriptor takes before one was read.
    private static let nanosecondsPerDescriptor = 2000.0

    /// - Parameter list: lists the sockets of this process's own network namespace.
    /// - Returns: `nil` for a budget of nothing.
    package init?(
        _ budget: Duration, each interval: Duration, root: KernelRoot = .live, work: AgentWork,
        list: @escaping @Sendable () throws -> SocketList = {
            try SocketList.own(atMost: SamplingLimits.listedSockets.value)
        }
    ) {
        guard
            let budget = WindowBudget(
                budget, each: interval, nanosecondsPerUnit: Self.nanosecondsPerDescriptor, least: 16)
        else { return nil }
        self.budget = budget
        self.interval = UInt64(max(1, interval / .nanoseconds(1)))
        self.work = work
        own = NetworkNamespace(of: "\(root.proc)/self")
        listOwn = list
    }

    /// Why the sockets of the agent's own network namespace could not be listed at some time; `nil` when they always could.
    var fault: String? { faults.withLock { $0 } }

    /// Whether a namespace is the agent's own.
    func isOwn(_ namespace: NetworkNamespace?) -> Bool { namespace == nil || namespace == own }

    /// The sockets of the agent's own network namespace; `nil` where they cannot be listed.
    func own(at now: Moment) -> SocketList? { list(nil, at: now) { [listOwn] in try listOwn() } }

    /// The sockets of the namespace that a process is in.
    ///
    /// - Parameter folder: of the process in proc(5).
    func list(_ namespace: NetworkNamespace?, seenIn folder: String, at now: Moment) -> SocketList? {
        guard !isOwn(namespace) else { return own(at: now) }
        return list(namespace, at: now) {
            try NetworkNamespace.sockets(of: folder, longest: SamplingLimits.namespaceList.value.bytes)
        }
    }

    private func list(_ namespace: NetworkNamespace?, at now: Moment, _ read: () throws -> SocketList) -> SocketList? {
        state.withLock { lists in
            lists = lists.filter { now.monotonic - min(now.monotonic, $0.value.at) < interval / 10 * 9 }
            if let listed = lists[namespace] { return listed.list }
            // Its own has a place of its own.
            guard namespace == nil || lists.keys.count(where: { $0 != nil }) < SamplingLimits.namespaces.value else {
                return nil
            }
            let list: SocketList?
            // What it takes is missing for descriptors.
            do {
                list = try budget.spend(
                    on: 0, isFree: true, at: now, telling: { work.countSockets(cpuNanoseconds: $0) }, read)
            } catch {
                list = nil
                if namespace == nil { faults.withLock { $0 = "\(error)" } }
            }
            lists[namespace] = Listed(list: list, at: now.monotonic)
            return list
        }
    }

    /// Whether a process has too many descriptors ever to be read.
    func hasTooMany(_ openFiles: UInt64) -> Bool { openFiles > UInt64(SamplingLimits.socketDescriptors.value) }

    /// Finds the sockets among the descriptors of a process; `nil` where not enough time is left, or it has too many.
    ///
    /// Nobody is read a second time before all are read for whom there was not enough.
    ///
    /// - Parameter last: the round in which the process was read last.
    /// - Throws: ``LinuxError``.
    func inodes(
        of process: WatchedProcess, openFiles: UInt64, readIn last: inout UInt64, at now: Moment
    ) throws(LinuxError) -> [UInt64]? {
        let most = SamplingLimits.socketDescriptors.value
        let size = max(1, openFiles)
        let round = rounds.withLock { $0.number(at: now.monotonic, each: interval) }
        guard !hasTooMany(size), last != round else { return nil }
        let read = try budget.spend(
            on: size, at: now, telling: { work.countSockets(cpuNanoseconds: $0) }
        ) { () throws(LinuxError) in try ProcessDescriptors.sockets(of: process, atMost: most) }
        guard let read else {
            if budget.mayEverAdmit(size) { rounds.withLock { $0.isShort = true } }
            return nil
        }
        last = round
        return read
    }
}
