import CLinux
import Glibc
import Synchronization

/// Reads files of processes that whoever reads them may wait for as long as the process likes, and gives up on those.
///
/// The command line of a process and the sizes of its mappings lie in its address space. A process that waits in it for a file system
/// which does not answer holds up all who look into it, and no signal ends that wait but the one that ends the reader whole: a user can
/// do so on purpose. Each such read is done by a thread that is left to it when it takes too long. How many threads and how much time
/// one user's processes may cost is bounded, and so is that of all.
///
/// A child process, as ``AskedChild`` has one, is not needed: these waits end with the process that waits.
package final class BoundedReads: Sendable {
    /// How long a read is waited for.
    package static let patience = Duration.milliseconds(50)
    /// Reads of one user's processes that may be under way without anybody waiting for them.
    package static let mostLeftOfUser = 16
    /// Reads of all users' likewise. As many as one user may have are kept for root.
    package static let mostLeft = 64
    /// What one user's processes may have others wait for in a window.
    package static let waitOfUser = Duration.milliseconds(200)
    /// What all users' may, past which a read is waited for a tenth of the time, and a user may cost a tenth; past twice as much only those are
    /// read who have cost nothing.
    package static let wait = Duration.seconds(1)
    /// The time after which waits are forgotten.
    package static let window = Duration.seconds(15)
    /// What all have cost from which on each read is of one process.
    private static let trouble = Duration.milliseconds(10)

    /// A thread that waits for work: one owner at a time.
    private struct Worker: @unchecked Sendable {
        let thread: OpaquePointer
    }

    /// A process that holds up who reads it.
    private struct Held {
        /// When it began; `nil` where that cannot be read.
        let startTicks: UInt64?
        /// Threads that are left to it.
        var threads: Int
    }

    private struct State {
        /// A thread that has nothing to do; the others end.
        var idle: Worker?
        /// The reads that nobody waits for any more, by user, and the processes that they are of.
        var left: [UInt32: Int] = [:]
        var held: [Int32: Held] = [:]
        /// When the window began, CLOCK_MONOTONIC in nanoseconds, and what reads have had others wait for since.
        var began: UInt64 = 0
        var waited: [UInt32: UInt64] = [:]
        var waitedForAll: UInt64 = 0

        var isTroubled: Bool { !left.isEmpty || waitedForAll > BoundedReads.nanoseconds(BoundedReads.trouble) }

        mutating func turn(at now: UInt64) {
            guard now &- began > BoundedReads.nanoseconds(BoundedReads.window) else { return }
            (began, waitedForAll) = (now, 0)
            waited.removeAll()
        }

        /// Whether one more thread may be left to a user's processes.
        func mayLeave(to user: UInt32) -> Bool {
            let own = left[user] ?? 0
            guard own < BoundedReads.mostLeftOfUser else { return false }
            let others = left.reduce(0) { $0 + ($1.key == 0 ? 0 : $1.value) }
            return user == 0 || others < BoundedReads.mostLeft - BoundedReads.mostLeftOfUser
        }

        /// How much longer a read of a user's processes is waited for; `nil` where none is to be tried.
        func patience(_ usual: Duration, with user: UInt32) -> Duration? {
            let (own, all) = (waited[user] ?? 0, BoundedReads.nanoseconds(BoundedReads.wait))
            let most = BoundedReads.nanoseconds(BoundedReads.waitOfUser)
            if waitedForAll < all { return own < most ? usual : nil }
            return own < (waitedForAll < 2 * all ? most / 10 : 1) ? usual / 10 : nil
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// The processes that hold up who reads them at this moment.
    package var held: Set<Int32> { state.withLock { Set($0.held.keys) } }

    /// Whether reads have had others wait lately, so that each is to be of one process.
    package var isTroubled: Bool {
        state.withLock {
            $0.turn(at: apus_monotonic_nanoseconds())
            return $0.isTroubled
        }
    }

    /// Reads something of a process, or of several.
    ///
    /// - Parameters:
    ///   - pid: of the process, or the first of several: ``Progress/advance(to:)`` says which one is read.
    ///   - path: of the file, for an error.
    ///   - patience: how long it is waited for.
    ///   - root: where processes are looked at, to tell whose one is.
    ///   - body: does the read, and may go on when nobody waits for it any more.
    /// - Throws: ``LinuxError``; ``LinuxError/isHeldUp`` where it takes too long, or may not be tried now; one of a shortage where there is no
    ///   thread for it.
    package func read<Value: Sendable>(
        of pid: Int32, path: @autoclosure () -> String, patience: Duration = patience, root: some ProcessOwners,
        _ body: @escaping @Sendable (Progress) -> Result<Value, LinuxError>
    ) throws(LinuxError) -> Value {
        guard let patience = admit(pid, patience, root) else { throw .heldUp(path: path()) }
        guard let worker = take() else { throw .open(path: path(), code: EAGAIN) }
        let progress = Progress(pid)
        let call = Call(progress, body) { [self] in finish($0) }
        // The call is retained for the thread, which takes that over.
        let argument = Unmanaged.passRetained(call as AnyCall).toOpaque()
        let isDone =
            apus_worker_do(
                worker.thread,
                { argument in
                    guard let argument else { return }
                    Unmanaged<AnyCall>.fromOpaque(argument).takeRetainedValue().run()
                }, argument, Self.nanoseconds(patience)) == 1
        if isDone { give(back: worker) }
        let isLeft = !isDone && leave(call, root)
        note(progress.waits, root)
        guard !isLeft, let result = call.result else { throw .heldUp(path: path()) }
        return try result.get()
    }

    /// Which of several processes a read has come to, where one call reads them all, and what each has had it wait for.
    package final class Progress: Sendable {
        private struct State {
            var pid: Int32
            var since: UInt64 = 0
            var waitsBefore: UInt64 = 0
            var isLeft = false
            var waits: [Int32: UInt64] = [:]
        }

        private let state: Mutex<State>

        init(_ pid: Int32) { state = Mutex(State(pid: pid)) }

        /// What reads of each process took that had to wait in the kernel, in nanoseconds.
        var waits: [Int32: UInt64] { state.withLock { $0.waits } }

        /// Goes on to a process.
        ///
        /// - Returns: `false` where nobody waits any more for what is read.
        package func advance(to pid: Int32) -> Bool {
            state.withLock { state in
                Self.settle(&state)
                guard !state.isLeft else { return false }
                state.pid = pid
                return true
            }
        }

        fileprivate func begin() {
            state.withLock { ($0.since, $0.waitsBefore) = (apus_monotonic_nanoseconds(), apus_thread_waits()) }
        }

        fileprivate func end() { state.withLock { Self.settle(&$0) } }

        /// Takes note of what the process has cost that was read up to now. Where the thread did not wait, others had its processor.
        private static func settle(_ state: inout State) {
            let (now, waits) = (apus_monotonic_nanoseconds(), apus_thread_waits())
            if waits != state.waitsBefore { state.waits[state.pid, default: 0] += now &- state.since }
            (state.since, state.waitsBefore) = (now, waits)
        }

        /// Has the read end once it comes to another process.
        ///
        /// - Returns: the process that it waits for.
        fileprivate func leave() -> Int32 {
            state.withLock { state in
                state.isLeft = true
                if state.since > 0 { state.waits[state.pid, default: 0] += apus_monotonic_nanoseconds() &- state.since }
                return state.pid
            }
        }
    }

    // MARK: - Who may be read

    /// How long a process's read may take; `nil` where it is not to be tried.
    private func admit(_ pid: Int32, _ patience: Duration, _ root: some ProcessOwners) -> Duration? {
        let (isTroubled, held) = state.withLock { state in
            state.turn(at: apus_monotonic_nanoseconds())
            return (state.isTroubled, state.held[pid])
        }
        guard isTroubled else { return patience }
        // Another process can have its number meanwhile, as one that shares its memory holds the reader up after its end.
        if let held, held.startTicks == root.startTicks(of: pid) { return nil }
        let user = root.owner(of: pid) ?? .max
        return state.withLock { $0.mayLeave(to: user) ? $0.patience(patience, with: user) : nil }
    }

    private func note(_ waits: [Int32: UInt64], _ root: some ProcessOwners) {
        guard !waits.isEmpty else { return }
        let users = waits.map { (user: root.owner(of: $0.key) ?? .max, nanoseconds: $0.value) }
        state.withLock { state in
            for (user, nanoseconds) in users {
                state.waited[user, default: 0] += nanoseconds
                state.waitedForAll += nanoseconds
            }
        }
    }

    /// Takes note that nobody waits for a read any more.
    ///
    /// - Returns: `false` where it is done by now.
    private func leave(_ call: AnyCall, _ root: some ProcessOwners) -> Bool {
        let pid = call.progress.leave()
        let (user, start) = (root.owner(of: pid) ?? .max, root.startTicks(of: pid))
        return state.withLock { state in
            guard !call.isFinished else { return false }
            call.left = (pid, user)
            state.left[user, default: 0] += 1
            state.held[pid] = Held(startTicks: start, threads: (state.held[pid]?.threads ?? 0) + 1)
            return true
        }
    }

    private func finish(_ call: AnyCall) {
        state.withLock { state in
            call.isFinished = true
            guard let (pid, user) = call.left else { return }
            let ofUser = (state.left[user] ?? 1) - 1
            state.left[user] = ofUser > 0 ? ofUser : nil
            guard var held = state.held[pid] else { return }
            held.threads -= 1
            state.held[pid] = held.threads > 0 ? held : nil
        }
    }

    // MARK: - The threads

    private func take() -> Worker? {
        let idle = state.withLock { state in
            defer { state.idle = nil }
            return state.idle
        }
        return idle ?? apus_worker_start().map { Worker(thread: $0) }
    }

    private func give(back worker: Worker) {
        let isKept = state.withLock { state in
            guard state.idle == nil else { return false }
            state.idle = worker
            return true
        }
        if !isKept { apus_worker_end(worker.thread) }
    }

    deinit {
        let idle = state.withLock { $0.idle }
        if let idle { apus_worker_end(idle.thread) }
    }

    private static func nanoseconds(_ duration: Duration) -> UInt64 { UInt64(duration / .nanoseconds(1)) }
}

/// Who processes are, where they are read.
package protocol ProcessOwners {
    /// The user that a process acts as; `nil` where there is no such process.
    func owner(of pid: Int32) -> UInt32?
    /// When it began, in clock ticks since the boot; `nil` likewise.
    func startTicks(of pid: Int32) -> UInt64?
}

/// A read that is under way. Its two notes are guarded by the lock of the reads that it is of.
private class AnyCall: @unchecked Sendable {
    let progress: BoundedReads.Progress
    var isFinished = false
    /// The process and the user that it counts for, where nobody waits for it any more.
    var left: (pid: Int32, user: UInt32)?

    init(_ progress: BoundedReads.Progress) { self.progress = progress }

    func run() {}
}

private final class Call<Value: Sendable>: AnyCall, @unchecked Sendable {
    private let body: @Sendable (BoundedReads.Progress) -> Result<Value, LinuxError>
    private let finish: @Sendable (AnyCall) -> Void
    private let value = Mutex<Result<Value, LinuxError>?>(nil)

    init(
        _ progress: BoundedReads.Progress, _ body: @escaping @Sendable (BoundedReads.Progress) -> Result<Value, LinuxError>,
        _ finish: @escaping @Sendable (AnyCall) -> Void
    ) {
        self.body = body
        self.finish = finish
        super.init(progress)
    }

    /// `nil` while it is under way.
    var result: Result<Value, LinuxError>? { value.withLock { $0 } }

    override func run() {
        progress.begin()
        let result = body(progress)
        progress.end()
        value.withLock { $0 = result }
        finish(self)
    }
}
