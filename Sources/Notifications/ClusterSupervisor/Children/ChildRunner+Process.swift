import Glibc
import Subprocess
import SystemPackage

extension ChildRunner {
    /// Starts the process and returns once it is gone and reaped. Cancelling the task ends the process by the termination sequence.
    func runProcess() async -> ChildRun {
        var run = ChildRun(exit: .notStarted(reason: "unknown"), logStart: 0)
        do {
            guard access(specification.executable, X_OK) == 0 else {
                throw Errno(rawValue: errno)
            }
            let lifeline = try LifelinePipe()
            let output: FileDescriptor
            do {
                (output, run.logStart) = try log.open()
            } catch {
                try? lifeline.childEnd.close()
                run.exit = .notStarted(reason: "its log cannot be opened: \(error)")
                return run
            }
            let result = try await Subprocess.run(
                .path(FilePath(specification.executable)),
                arguments: Arguments(specification.arguments),
                environment: environment(of: run.start),
                platformOptions: platformOptions,
                input: .fileDescriptor(lifeline.childEnd, closeAfterSpawningProcess: true),
                output: .fileDescriptor(output, closeAfterSpawningProcess: true),
                error: .combinedWithOutput
            ) { execution in
                await self.attend(execution)
            }
            run.pid = result.processIdentifier.value
            run.readySince = result.closureResult
            switch result.terminationStatus {
            case .exited(let code): run.exit = .exited(code: code)
            case .signaled(let signal): run.exit = .signalled(signal)
            }
        } catch {
            run.exit = .notStarted(reason: "\(specification.executable): \(error)")
        }
        return run
    }

    /// The variables that the service manager set for this process alone (sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3)): a child would
    /// speak in its name.
    private static let ownVariables = [
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES",
    ]

    private func environment(of start: String) -> Environment {
        var changes: [Environment.Key: String?] = [:]
        for name in Self.ownVariables { changes.updateValue(nil, forKey: Environment.Key(stringLiteral: name)) }
        for (name, value) in specification.environment { changes[Environment.Key(stringLiteral: name)] = value }
        if let name = specification.startVariable { changes[Environment.Key(stringLiteral: name)] = start }
        return .inherit.updating(changes)
    }

    /// The termination sequence: SIGTERM to the process alone, which knows how to end what it started; SIGKILL to all of its group.
    private var termination: [TeardownStep] {
        [
            .send(signal: .terminate, toProcessGroup: false, allowedDurationToNextStep: specification.stopGrace),
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero),
        ]
    }

    private var platformOptions: PlatformOptions {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = termination
        return options
    }

    /// Watches a running process until it is gone.
    ///
    /// - Returns: when it became ready, if it did.
    private func attend<Input, Output, Failure>(_ execution: Execution<Input, Output, Failure>) async -> Duration? {
        let pid = execution.processIdentifier.value
        update {
            $0.state = .starting
            $0.pid = pid
        }
        emit(.started(pid: pid))
        // Without a check it is ready now, however soon it ends.
        let (readiness, liveness) = (specification.readiness, specification.liveness)
        if readiness == nil { becameReady() }
        let readyAtStart = readiness == nil ? now : nil
        let readySince = await withTaskGroup(of: Moment.self) { group in
            group.addTask {
                await execution.waitForExit()
                return .exited
            }
            if let readiness {
                group.addTask { .readiness(await readiness.outcome()) }
            } else if let liveness {
                group.addTask { .hang(await liveness.hang()) }
            }
            var readySince = readyAtStart
            for await moment in group {
                switch moment {
                case .exited:
                    group.cancelAll()
                case .readiness(.ready):
                    readySince = self.now
                    self.becameReady()
                    if let liveness { group.addTask { .hang(await liveness.hang()) } }
                case .readiness(.overdue):
                    self.emit(.overdue(deadline: readiness?.deadline ?? .zero))
                    await execution.teardown(using: self.termination)
                case .hang(let reason?):
                    self.emit(.hung(reason: reason))
                    await execution.teardown(using: self.termination)
                case .readiness(.abandoned), .hang(nil):
                    break
                }
            }
            return readySince
        }
        // What the process left behind in its group goes with it. The process is dead but not reaped yet, so that no other process
        // can have taken its id.
        try? execution.send(signal: .kill, toProcessGroup: true)
        return readySince
    }
}

/// What the supervision of a running process waits for.
private enum Moment: Sendable {
    case exited
    case readiness(ReadinessOutcome)
    case hang(String?)
}

extension Execution {
    /// Returns once the process has ended, before it is reaped.
    ///
    /// Subprocess has no call for this alone; a teardown whose only step sends signal 0, which is no signal, and allows for ten years
    /// is one.
    fileprivate func waitForExit() async {
        await teardown(using: [
            .send(signal: Signal(rawValue: 0), allowedDurationToNextStep: .seconds(10 * 365 * 86_400))
        ])
    }
}

/// One life of a child's process.
struct ChildRun: Sendable {
    var pid: Int32?
    var exit: ChildExit
    /// The time at which it became ready, since the runner's origin.
    var readySince: Duration?
    /// The offset at which its output begins in its log.
    var logStart: Int64
    /// A random name, which no other start of any child has.
    let start = String(UInt64.random(in: .min ... .max), radix: 16)
}

/// The pipe that ties a child to this process: the child reads its end of file when this process is gone, however it went.
private struct LifelinePipe: ~Copyable {
    /// The end that goes to the child as its standard input; whoever starts the child closes this copy.
    let childEnd: FileDescriptor
    private let heldEnd: FileDescriptor

    /// Makes a pipe whose ends are both close-on-exec from the first instant: a copy of the held end in another child would keep the line alive.
    init() throws(Errno) {
        (childEnd, heldEnd) = try FileDescriptor.pipe(options: .closeOnExec)
    }

    deinit { try? heldEnd.close() }
}
