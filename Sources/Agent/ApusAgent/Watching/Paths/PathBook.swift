import ApusLimits
package import ApusLinux
import ApusText
import ApusThreads
import CLinux
package import Logging
import Synchronization

/// What file systems that may not answer have said of paths: those of the network, in user space (FUSE), and whatever else is not this machine's
/// own work.
///
/// Nobody waits for them but a thread of its own, which is there while something is asked, and that not without bound: a child process does what may
/// hang. Whoever wants to know of a path has what was said last, and has it asked anew at the next turn.
package final class PathBook: Sendable {
    /// One path, as it stands.
    struct Known {
        /// What was said last; `nil` where nothing was yet.
        var answer: PathAnswer?
        /// When that was asked: CLOCK_BOOTTIME, in nanoseconds.
        var askedAt: UInt64 = 0
        /// Whether its file system has not answered when it was asked last.
        var isSilent = false

        /// What a pid file holds, where it holds what it is to.
        var content: PidFileContent? {
            guard case .pidFile(.success(let content))? = answer else { return nil }
            return content
        }
    }

    private struct Entry {
        var known = Known()
        /// The mount that the way ends at where nobody is asked.
        var mount: UInt64
        /// The turn in which somebody wanted to know of it last.
        var turn: UInt64
    }

    /// A mount that has not answered.
    private struct Silence {
        /// The child that waits for it still; `nil` where it could be ended.
        var child: ChildProcess?
    }

    private struct State {
        var entries: [PathQuestion: Entry] = [:]
        /// What is to be asked, the last first.
        var queue: [PathQuestion] = []
        /// What is being asked, by the threads that ask.
        var underWay: Set<PathQuestion> = []
        var silences: [UInt64: Silence] = [:]
        /// The mounts of which the log says that they do not answer, with the paths of each that it was asked for.
        var told: [UInt64: Set<PathQuestion>] = [:]
        /// The turn that is under way.
        var turn: UInt64 = 0
        var hasThread = false
        var isToldFull = false
        var isToldFault = false
        /// What could not be asked when its turn was, through no fault of its file system.
        var faulty: Set<PathQuestion> = []
    }

    let mounts = LocalMounts()
    let root: KernelRoot
    private let program: String?
    private let logger: Logger?
    private let state = Mutex(State())

    /// The agent's own program, also when its file was replaced since it started.
    package static let ownProgram = "/proc/self/exe"

    /// Turns after which what nobody wants to know any more is forgotten.
    private static let memory: UInt64 = 64

    /// - Parameters:
    ///   - program: what is run as the child, which takes ``PathChild/word``; `nil`: nobody is asked, and nothing is known of such paths.
    ///   - logger: hears of file systems that do not answer, and do again.
    package init(program: String? = nil, root: KernelRoot = .live, logger: Logger? = nil) {
        self.program = program
        self.root = root
        self.logger = logger
    }

    // MARK: - What is known

    /// What was said of a path last. It is asked at the next turn.
    ///
    /// - Parameter mount: at which the way ends where nobody is asked.
    func known(_ question: PathQuestion, at mount: UInt64) -> Known {
        let (known, isFull) = state.withLock { state in
            if var entry = state.entries[question] {
                (entry.mount, entry.turn) = (mount, state.turn)
                state.entries[question] = entry
                return (entry.known, false)
            }
            guard state.entries.count < WatchLimits.paths.value else {
                defer { state.isToldFull = true }
                return (Known(), !state.isToldFull)
            }
            state.entries[question] = Entry(mount: mount, turn: state.turn)
            return (Known(), false)
        }
        if isFull {
            logger?.warning(
                "pid files and programs on file systems that may not answer are not looked at: there are too many; keep them on local ones",
                metadata: ["most": "\(WatchLimits.paths.value)", "first": "\(question.path)"])
        }
        return known
    }

    /// Whether the file system of a path has not answered when it was asked last.
    func isSilent(_ question: PathQuestion) -> Bool { state.withLock { $0.entries[question]?.known.isSilent ?? false } }

    /// Whether the file system of a path has said nothing of it, as it does not answer or was not asked.
    func isUnknown(_ question: PathQuestion) -> Bool {
        state.withLock { state in state.entries[question].map { $0.known.answer == nil || $0.known.isSilent } ?? false }
    }

    /// The file system that would have to be asked for a path: `the file system at /mnt/team (nfs4)`.
    func fileSystem(of question: PathQuestion) -> String {
        let mount = state.withLock { $0.entries[question]?.mount }
        return mount.flatMap { mounts.words(of: $0) }.map { "the file system at \($0.excerpt(256).showingUnseen())" }
            ?? "a file system"
    }

    /// The links of a program, as far as they are known without waiting.
    func links(of program: String) -> FoundLinks {
        var unknown: Set<String> = []
        let links = ProgramLink.find(program) { path in
            do throws(PathFault) { return try PathWalk.target(of: path, mounts) } catch {
                guard case .unasked(let mount) = error else { return nil }
                guard case .target(let target)? = known(.target(path), at: mount).answer else {
                    unknown.insert(path)
                    return nil
                }
                return target
            }
        }
        return FoundLinks(links: links, unknown: unknown)
    }

    // MARK: - Asking

    /// Has all asked that somebody has wanted to know since the last turn, and begins a new one. Returns at once.
    package func turn() {
        guard program != nil else { return }
        let needsThread = state.withLock { state in
            guard !state.entries.isEmpty || !state.silences.isEmpty else { return false }
            Self.release(&state)
            Self.enqueue(&state)
            state.turn += 1
            let turn = state.turn
            state.entries = state.entries.filter { $0.value.turn + Self.memory >= turn }
            if state.entries.count < WatchLimits.paths.value { state.isToldFull = false }
            if !state.faulty.isEmpty {
                let entries = state.entries
                state.faulty = state.faulty.filter { entries[$0] != nil }
            }
            if !state.told.isEmpty {
                let entries = state.entries
                state.told = state.told.compactMapValues { questions in
                    let left = questions.filter { entries[$0] != nil }
                    return left.isEmpty ? nil : left
                }
            }
            guard !state.queue.isEmpty, !state.hasThread else { return false }
            state.hasThread = true
            return true
        }
        guard needsThread, !DetachedThread(name: "apus-paths", body: { self.work() }).start() else { return }
        // Without a thread it is tried again at the next turn.
        state.withLock { $0.hasThread = false }
    }

    /// Asks what somebody has wanted to know, and waits for it: of one path and of all so long at most as the limits say.
    package func settle() {
        guard program != nil else { return }
        let isAsked = state.withLock { state in
            guard !state.entries.isEmpty else { return false }
            Self.release(&state)
            Self.enqueue(&state)
            return !state.queue.isEmpty
        }
        guard isAsked else { return }
        let time = WatchLimits.pathStart.value / .nanoseconds(1)
        ask(until: apus_monotonic_nanoseconds() + UInt64(time))
    }

    /// Lets go of the silence of mounts whose child is gone, so that they are asked again.
    private static func release(_ state: inout State) {
        state.silences = state.silences.filter { silence in silence.value.child.map { $0.reap() == nil } ?? false }
    }

    private static func enqueue(_ state: inout State) {
        let waiting = state.underWay.union(state.queue)
        let turn = state.turn
        let wanted = state.entries.filter { $0.value.turn == turn && !waiting.contains($0.key) }
        let (told, faulty) = (Set(state.told.keys), state.faulty)
        // What is first is asked last: what was silent or failed holds up that alone which did as well.
        let last = Set(wanted.filter { told.contains($0.value.mount) || faulty.contains($0.key) }.keys)
        state.queue = last + state.queue + wanted.keys.filter { !last.contains($0) }
    }

    private func work() {
        repeat {
            ask(until: .max)
        } while state.withLock { state in
            guard state.queue.isEmpty else { return true }
            state.hasThread = false
            return false
        }
    }

    /// The next question, where its mount may be asked.
    private func next() -> (PathQuestion, mount: UInt64)? {
        state.withLock { state in
            while let question = state.queue.popLast() {
                guard let mount = state.entries[question]?.mount else { continue }
                let stuck = state.silences.values.count { $0.child != nil }
                guard state.silences[mount] == nil, stuck < WatchLimits.stuckPaths.value else {
                    state.entries[question]?.known.isSilent = true
                    continue
                }
                state.underWay.insert(question)
                return (question, mount)
            }
            return nil
        }
    }

    /// Children that are tried one behind the other where each fails, before the others of the queue wait for the next turn.
    private static let mostFaults = 3

    /// Asks by a child what is in the queue, until that is empty or the time is up.
    private func ask(until deadline: UInt64) {
        guard let program else { return }
        var child: AskedChild?
        // In a row.
        var faults = 0
        defer { if let child { leave(child, of: nil) } }
        while apus_monotonic_nanoseconds() < deadline, let (question, mount) = next() {
            let askedAt = apus_boottime_nanoseconds()
            let fault: String
            do throws(ChildFault) {
                let asked: AskedChild
                if let child { asked = child } else { asked = try AskedChild(program, word: PathChild.word) }
                child = asked
                let patience = UInt64(WatchLimits.pathPatience.value / .nanoseconds(1))
                let until = min(deadline, apus_monotonic_nanoseconds() + patience)
                switch asked.ask(question.message, most: PathChild.mostAnswer, until: until) {
                case .answer(let bytes):
                    if let answer = PathAnswer(bytes, to: question) {
                        faults = 0
                        if case .outage(let code) = answer {
                            tellSilence(of: question, at: mount, code: code)
                        } else {
                            take(answer, to: question, at: mount, askedAt)
                        }
                        continue
                    }
                    fault = "the process that asks has answered what is no answer"
                case .silence:
                    faults = 0
                    child = nil
                    leave(asked, of: mount)
                    tellSilence(of: question, at: mount)
                    continue
                case .end: fault = "the process that asks has ended before its answer"
                }
            } catch { fault = "\(error)" }
            faults += 1
            giveUp(question, fault, all: faults >= Self.mostFaults)
            if let faulty = child { leave(faulty, of: nil) }
            child = nil
        }
    }

    private func take(_ answer: PathAnswer, to question: PathQuestion, at mount: UInt64, _ askedAt: UInt64) {
        let isNews = state.withLock { state in
            Self.end(question, &state)
            state.entries[question]?.known = Known(answer: answer, askedAt: askedAt)
            // One path may stay without an answer while others of its file system have theirs.
            guard state.told[mount]?.remove(question) != nil, state.told[mount]?.isEmpty ?? false else { return false }
            state.told[mount] = nil
            return true
        }
        guard isNews else { return }
        logger?.notice("a file system answers again", metadata: ["path": "\(question.path)"])
    }

    /// Ends a child; one that cannot be ended is left behind, and its mount is not asked before it is gone.
    private func leave(_ child: AskedChild, of mount: UInt64?) {
        let isGone = child.end()
        state.withLock { state in
            if let mount {
                state.silences[mount] = Silence(child: isGone ? nil : child.process)
            } else if !isGone {
                // One that waits for nobody: under a number that no mount has it is reaped all the same.
                state.silences[.max - UInt64(child.process.pid)] = Silence(child: child.process)
            }
        }
    }

    /// Takes that a file system says nothing of a path, and says so once in the log.
    ///
    /// - Parameter code: why, by the number of errno(3); `nil` where it does not answer at all.
    private func tellSilence(of question: PathQuestion, at mount: UInt64, code: Int32? = nil) {
        let isNew = state.withLock { state in
            Self.end(question, &state)
            if var entry = state.entries[question] {
                entry.known.isSilent = true
                if let code, case .pidFile(let path) = question, entry.known.content == nil {
                    entry.known.answer = .pidFile(.failure(.file(.read(path: path, code: code))))
                }
                state.entries[question] = entry
            }
            let isNew = state.told[mount] == nil
            state.told[mount, default: []].insert(question)
            return isNew
        }
        guard isNew else { return }
        var facts: Logger.Metadata = ["path": "\(question.path)"]
        if let words = mounts.words(of: mount) { facts["file_system"] = "\(words)" }
        if let code { facts["fault"] = "\(LinuxError.read(path: question.path, code: code).reason)" }
        logger?.warning(
            "a file system does not answer: groups go on with what it has said before of pid files and programs; see what serves it, or keep these on a local one",
            metadata: facts)
    }

    /// Takes that a question was asked, whatever its file system said.
    private static func end(_ question: PathQuestion, _ state: inout State) {
        state.underWay.remove(question)
        state.faulty.remove(question)
        if state.faulty.isEmpty { state.isToldFault = false }
    }

    /// Leaves a question to the next turn.
    ///
    /// - Parameter all: whether all that is not asked yet is left as well.
    private func giveUp(_ question: PathQuestion, _ fault: String, all: Bool) {
        let isNew = state.withLock { state in
            state.underWay.remove(question)
            state.faulty.insert(question)
            if all { state.queue = [] }
            defer { state.isToldFault = true }
            return !state.isToldFault
        }
        guard isNew else { return }
        logger?.error(
            "file systems that may not answer cannot be asked for pid files and programs: groups go on with what was known",
            metadata: ["fault": "\(fault)", "path": "\(question.path)"])
    }
}

/// The links of a program, as far as they are known.
struct FoundLinks: Equatable {
    let links: [ProgramLink]
    /// Paths of links whose file systems have not said where they lead.
    let unknown: Set<String>
}
