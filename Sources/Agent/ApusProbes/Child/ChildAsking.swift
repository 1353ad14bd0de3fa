package import AgentMetrics
import ApusLimits
import ApusLinux
import ApusText
package import NIOCore

/// Asks by a child of the agent: whatever a server or a file does to the one who asks, it does to that process.
///
/// The child starts at the first attempt and stays, and with it its connection: a server whose slots are all taken still answers. One that
/// does not answer in time, or answers what is none, is ended, and the next attempt starts another one.
package final class ChildAsking: ProbeAsking {
    package typealias Reading = ([ChildOutcome]) throws(ProbeFailure) -> ProbeFigures

    private let loop: any EventLoop
    private let program: String
    private let question: ChildQuestion
    private let reading: Reading
    private let credentials: String?
    private var child: RunningChild?
    /// One that was ended and may still be there.
    private var leaving: ChildProcess?
    private var attempt: Attempt?
    /// The number of attempts so far.
    private var attempts = 0

    private struct Attempt {
        let promise: EventLoopPromise<Result<ProbeFigures, ProbeFailure>>
        let timer: Scheduled<Void>
    }

    /// The agent's own program, also when its file was replaced since it started.
    package static let ownProgram = "/proc/self/exe"

    /// - Parameters:
    ///   - program: that is started as the child.
    ///   - credentials: the folder of the unit's credentials.
    ///   - reading: makes figures of the child's answer, an outcome for each statement.
    package init(
        _ question: ChildQuestion, on loop: any EventLoop, program: String = ownProgram,
        credentials: String? = ProbeSecret.credentialsFolder, reading: @escaping Reading
    ) {
        self.question = question
        self.loop = loop
        self.program = program
        self.credentials = credentials
        self.reading = reading
    }

    deinit { child?.end() }

    /// The id of the child that is there; nil where there is none.
    package var childID: Int32? { child?.process.pid }

    package func ask(until deadline: NIODeadline) -> EventLoopFuture<Result<ProbeFigures, ProbeFailure>> {
        let promise = loop.makePromise(of: Result<ProbeFigures, ProbeFailure>.self)
        let timer = loop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            if let self { cancel() }
        }
        attempts += 1
        attempt = Attempt(promise: promise, timer: timer)
        begin(attempts, until: deadline, patience: min(deadline, .now() + Self.patience))
        return promise.futureResult
    }

    /// The time that a process which was ended has to be gone, before that is told: it is a matter of milliseconds.
    private static let patience = TimeAmount.seconds(1)

    /// Asks the child, or a new one once the one before it is gone: there are never two.
    ///
    /// - Parameter number: of the attempt, which may be over when its turn comes.
    private func begin(_ number: Int, until deadline: NIODeadline, patience: NIODeadline) {
        guard attempt != nil, number == attempts else { return }
        if let leaving, !ChildLedger.isGone(leaving) {
            guard .now() < patience else {
                return finish(
                    .failure(
                        ProbeFailure(
                            .agent,
                            "the process \(leaving.pid) that asked last has not ended yet, as it waits for the kernel: see which file system does not answer"
                        )))
            }
            loop.assumeIsolated().scheduleTask(in: .milliseconds(5)) { [weak self] in
                self?.begin(number, until: deadline, patience: patience)
            }
            return
        }
        leaving = nil
        let left = (deadline - .now()).nanoseconds
        // The child says at what it was stuck, where it can, before it is ended.
        let message = question.message(budget: max(0, left - min(left / 10, 200_000_000)), credentials: credentials)
        if let child {
            child.send(message)
        } else {
            start(asking: message)
        }
    }

    package func cancel() { end(.failure(ProbeFailure(.timeout, "no answer in the probe's time"))) }

    private func start(asking message: [UInt8]) {
        do throws(ChildFault) {
            let started = try ChildProcess.start(program, word: ProbeChild.word)
            let child = RunningChild(started.process, on: loop, owner: self)
            self.child = child
            guard child.connect(started.socket) else {
                return end(.failure(ProbeFailure(.agent, "the process that asks cannot be spoken to")))
            }
            child.send(message)
        } catch { finish(.failure(ProbeFailure(.agent, error.description))) }
    }

    /// Ends the child and the attempt.
    private func end(_ result: Result<ProbeFigures, ProbeFailure>) {
        if let child {
            self.child = nil
            child.end()
            leaving = child.process
        }
        finish(result)
    }

    private func finish(_ result: Result<ProbeFigures, ProbeFailure>) {
        guard let attempt else { return }
        self.attempt = nil
        attempt.timer.cancel()
        attempt.promise.succeed(result)
    }

    // MARK: - What the child says

    fileprivate func answered(_ bytes: [UInt8]) {
        guard attempt != nil, let answer = ChildAnswer(bytes) else {
            return end(.failure(ProbeFailure(.agent, "the process that asks has answered what is no answer, and was ended")))
        }
        switch answer {
        case .failure(let failure): finish(.failure(failure))
        case .outcomes(let outcomes):
            do throws(ProbeFailure) { finish(.success(try reading(outcomes))) } catch { finish(.failure(error)) }
        }
    }

    fileprivate func answeredTooMuch() {
        end(
            .failure(
                ProbeFailure(
                    .limit, "the answer is larger than \(ChildLimits.answer.value.limitText): \(ChildLimits.answer.remedy)")))
    }

    /// The child's socket has come to its end, and so has the child, or it will soon.
    fileprivate func ended(_ process: ChildProcess) {
        guard child?.process.pid == process.pid else { return }
        child = nil
        leaving = process
        learn(process, attempts, pause: .milliseconds(1))
    }

    /// The longest pause between two looks for the signal that has ended a child, whose socket ends shortly before it does.
    private static let longestPause = TimeAmount.milliseconds(16)

    /// Finishes the attempt with what has ended its child.
    ///
    /// - Parameter number: of the attempt, which may be over meanwhile.
    private func learn(_ process: ChildProcess, _ number: Int, pause: TimeAmount) {
        let signal = process.reap()
        if signal == nil, pause <= Self.longestPause {
            loop.assumeIsolated().scheduleTask(in: pause) { [weak self, loop] in
                guard let self else {
                    process.kill()
                    return ChildLedger.leave(process, on: loop)
                }
                learn(process, number, pause: pause * 2)
            }
            return
        }
        if signal == nil {
            // It has closed its socket and lives on.
            process.kill()
            ChildLedger.leave(process, on: loop)
        }
        guard number == attempts else { return }
        finish(.failure(ProbeChildEnd.failure(after: signal, of: question)))
    }
}

/// A child that lives, and the agent's end of its socket.
private final class RunningChild {
    let process: ChildProcess
    private let loop: any EventLoop
    private weak var owner: ChildAsking?
    private var channel: (any Channel)?
    private var isEnded = false

    init(_ process: ChildProcess, on loop: any EventLoop, owner: ChildAsking) {
        self.process = process
        self.loop = loop
        self.owner = owner
    }

    /// False where no channel could be made of the socket.
    func connect(_ socket: CInt) -> Bool {
        channel = try? ChildChannel.make(socket, on: loop) { [weak self] in self?.heard($0) }
        return channel != nil
    }

    func send(_ message: [UInt8]) {
        guard let channel else { return heard(.end) }
        var buffer = channel.allocator.buffer(capacity: message.count + 4)
        buffer.writeInteger(UInt32(message.count))
        buffer.writeBytes(message)
        channel.writeAndFlush(buffer, promise: nil)
    }

    /// Ends it at once. It is reaped when it is gone.
    func end() {
        guard !isEnded else { return }
        isEnded = true
        process.kill()
        ChildLedger.leave(process, on: loop)
        channel?.close(promise: nil)
        channel = nil
    }

    private func heard(_ event: ChildChannel.Event) {
        switch event {
        case .message(let bytes): owner?.answered(bytes)
        case .tooMuch: owner?.answeredTooMuch()
        case .end:
            guard !isEnded else { return }
            isEnded = true
            channel = nil
            owner?.ended(process)
        }
    }
}
