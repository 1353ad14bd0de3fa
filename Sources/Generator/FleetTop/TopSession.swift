import ApusTerminal
import ApusThreads
import CommandConventions
import Glibc
import LiveChecks
import Synchronization

/// The table on a terminal until somebody ends it.
final class TopSession: Sendable {
    private let agents: [AgentClient]
    private let board: AgentBoard
    private let pause: Duration?
    private let colours: Bool
    private let start: TopView
    /// The question about the instance that is open.
    private let question = Mutex<Task<Void, Never>?>(nil)

    /// How often ages are drawn anew.
    private static let tick = Duration.seconds(1)
    /// How long a terminal may take for the rest of a sequence before its beginning counts as the key Esc.
    private static let escapeTime = Duration.milliseconds(50)
    /// How often the open instance is asked for.
    private static let openPause = Duration.seconds(3)

    init(_ agents: [AgentClient], view: TopView, pause: Duration?, colours: Bool) {
        (self.agents, start, self.pause, self.colours) = (agents, view, pause, colours)
        board = AgentBoard(agents.map(\.client.url))
    }

    /// Draws until a key or a signal ends it.
    ///
    /// - Returns: the exit code.
    /// - Throws: ``CommandFailure`` where there is no terminal.
    func run() async throws -> Int32 {
        guard Terminal.isThere else { throw Self.noTerminal }
        let followers = agents.enumerated().map { number, agent in
            let follower = AgentFollower(number: number, agent: agent, board: board, pause: pause)
            return Task { await follower.run() }
        }
        defer {
            followers.forEach { $0.cancel() }
            question.withLock { $0?.cancel() }
        }
        return try await withCheckedThrowingContinuation { continuation in
            let thread = DetachedThread(name: "terminal") { continuation.resume(with: Result { try self.draw() }) }
            if !thread.start() {
                continuation.resume(throwing: CommandFailure("the system grants no thread: see its limits (ulimit -u)"))
            }
        }
    }

    private static let noTerminal = CommandFailure(
        "top draws on a terminal, and standard input or output is none: give --once for one table, or --once --json for programs"
    )

    private func draw() throws -> Int32 {
        let terminal: Terminal
        do throws(TerminalFault) { terminal = try Terminal() } catch {
            switch error {
            case .none: throw Self.noTerminal
            case .failed(let reason): throw CommandFailure("the terminal cannot be used: \(reason)")
            }
        }
        defer { terminal.giveBack() }
        var view = start
        var painter = ScreenPainter(colours: colours)
        var decoder = KeyDecoder()
        var asked = ContinuousClock.now
        var (changes, taken) = (-1, asked)
        while true {
            let now = ContinuousClock.now
            let size = terminal.size
            view.resize(columns: size.columns, rows: size.rows)
            let all = board.all
            // Rows grow stale with the time alone, too.
            if all.changes != changes || taken.duration(to: now) >= Self.tick {
                view.take(all.states, at: now)
                (changes, taken) = (all.changes, now)
            }
            board.wantsCourses = view.showsCourses
            if let (key, found) = board.openInstance { view.take(found, of: key) }
            if let key = view.asked, asked.duration(to: now) > Self.openPause {
                asked = now
                ask(key)
            }
            // A terminal that does not read is sent the newest frame once it does.
            if terminal.isReady { terminal.write(painter.bytes(for: view.frame(at: now))) }
            var keys: [TerminalKey] = []
            switch terminal.wait(for: board.wake.descriptor, atMost: decoder.isPending ? Self.escapeTime : Self.tick) {
            case .keys(let bytes): keys = decoder.keys(of: bytes)
            case nil: keys = decoder.rest()
            case .other: board.wake.clear()
            case .gone: return 128 + SIGHUP
            case .signal(SIGTSTP):
                terminal.suspend()
                painter.forget()
            case .signal(SIGCONT):
                terminal.retake()
                painter.forget()
            case .signal(SIGWINCH): painter.forget()
            case .signal(SIGINT): return 0
            case .signal(let number): return 128 + number
            }
            for key in keys {
                switch view.press(key) {
                case .quit: return 0
                case .open(let key):
                    asked = now
                    ask(key)
                case nil: break
                }
            }
        }
    }

    /// Asks an agent for everything of an instance, in place of the question before.
    private func ask(_ key: TopEntry.Key) {
        let (agent, board) = (agents[key.agent], board)
        question.withLock { question in
            question?.cancel()
            question = Task {
                let reply = await agent.instance(key.identity)
                guard !Task.isCancelled else { return }
                switch reply {
                case .document(let document, _): board.change(key, .document(document))
                case .failed(let reason): board.change(key, .failed(reason))
                case .same: break
                }
            }
        }
    }
}
