import Synchronization

/// Runs one child from its first start to its stop: again and again, as its restart policy says.
final class ChildRunner: Sendable {
    let specification: ChildSpecification
    let log: ChildLog
    private let report: @Sendable (ChildEvent) -> Void
    private let clock = ContinuousClock()
    private let origin: ContinuousClock.Instant
    private let state: Mutex<State>
    private let firstStart: AsyncStream<Result<Void, ChildStartFailure>>
    private let firstStartContinuation: AsyncStream<Result<Void, ChildStartFailure>>.Continuation

    private struct State {
        var status: ChildStatus
        var task: Task<Void, Never>?
    }

    init(_ specification: ChildSpecification, log: ChildLog, report: @escaping @Sendable (ChildEvent) -> Void) {
        self.specification = specification
        self.log = log
        self.report = report
        origin = clock.now
        state = Mutex(State(status: ChildStatus(name: specification.name)))
        (firstStart, firstStartContinuation) = AsyncStream.makeStream()
    }

    var status: ChildStatus { state.withLock(\.status) }

    /// Begins to run the child; returns at once.
    ///
    /// The task is not a child of the caller's: cancelling the supervisor must not tear all children down at once, it stops them in
    /// order.
    func start() {
        state.withLock { state in
            guard state.task == nil else { return }
            state.task = Task { await self.supervise() }
        }
    }

    /// Waits until the child has become ready for the first time.
    ///
    /// - Throws: ``ChildStartFailure`` when its first process ended before, `CancellationError` when the task was cancelled.
    func waitForFirstStart() async throws {
        for await result in firstStart { return try result.get() }
        throw CancellationError()
    }

    /// Ends the child, SIGTERM first, and waits until its process is gone.
    func stop() async {
        guard let task = state.withLock(\.task) else { return }
        task.cancel()
        await task.value
    }

    func emit(_ kind: ChildEvent.Kind) { report(ChildEvent(child: specification.name, kind: kind)) }

    func update(_ change: (inout ChildStatus) -> Void) { state.withLock { change(&$0.status) } }

    var now: Duration { origin.duration(to: clock.now) }

    private func supervise() async {
        var restarts = RestartState(policy: specification.restart)
        var isFirst = true
        while !Task.isCancelled {
            let run = await runProcess()
            await settle(run)
            if Task.isCancelled { break }
            if isFirst, run.readySince == nil {
                firstStartContinuation.yield(.failure(failure(of: run)))
                break
            }
            isFirst = false
            if let readySince = run.readySince { restarts.becameReady(at: readySince) }
            switch restarts.exited(at: now, random: .random(in: 0...1)) {
            case .restart(let delay):
                update { $0.state = .waitingToRestart }
                emit(.restarting(after: delay))
                await pause(delay)
            case .park(let crashes):
                let policy = specification.restart
                update { $0.state = .parked }
                emit(.parked(crashes: crashes, window: policy.crashWindow, retry: policy.parkedRetry))
                await pause(policy.parkedRetry)
            case .leaveDown:
                update { $0.state = .stopped }
                emit(.stopped)
                return
            }
        }
        firstStartContinuation.finish()
        update { $0.state = .stopped }
        emit(.stopped)
    }

    private func pause(_ delay: Duration) async {
        try? await Task.sleep(for: delay)
        if !Task.isCancelled { update { $0.restarts += 1 } }
    }

    /// Tells that the child is ready. The first time is what ``waitForFirstStart()`` waits for; later ones find nobody waiting.
    func becameReady() {
        update { $0.state = .ready }
        emit(.ready)
        firstStartContinuation.yield(.success(()))
        firstStartContinuation.finish()
    }

    private func settle(_ run: ChildRun) async {
        update {
            $0.pid = nil
            $0.lastExit = run.exit
        }
        emit(.exited(pid: run.pid, exit: run.exit, asked: Task.isCancelled))
        guard let pid = run.pid else { return }
        // A task of its own: what the callback does (a database write) must not fail because the child is being stopped.
        await Task { await specification.onExit(ChildEnd(pid: pid, start: run.start, exit: run.exit)) }.value
    }

    private func failure(of run: ChildRun) -> ChildStartFailure {
        ChildStartFailure(
            child: specification.name, exit: run.exit, lastLine: log.lastLine(since: run.logStart), logPath: log.path)
    }
}
