import AgentMetrics
import ApusLimits
import ApusLinux
import NIOCore
import NIOPosix
import Synchronization

/// Asks what an agent's file says, on an event loop of its own.
///
/// Before the first probe, and once the last one is gone, there is no thread and no loop. What was counted of probes is in the ``book``.
package final class Prober: Sendable {
    private struct Running {
        let group: MultiThreadedEventLoopGroup
        let loop: any EventLoop
        let surroundings: ProbeSurroundings
        let engine: NIOLoopBoundBox<ProbeEngine>
    }

    private struct State {
        var running: Running?
        var isStopped = false
    }

    package let book = ProbeBook()
    private let state = Mutex(State())
    private let realtime: @Sendable () -> Double
    private let tell: @Sendable (ProbeEvent) -> Void
    private let make: @Sendable (ProbeDeclaration, ProbeSurroundings) -> any ProbeAsking

    /// - Parameters:
    ///   - realtime: seconds since the Unix epoch.
    ///   - tell: hears, on the loop, of probes that have come to be up or down.
    ///   - make: makes what asks a probe.
    package init(
        realtime: @escaping @Sendable () -> Double, tell: @escaping @Sendable (ProbeEvent) -> Void = { _ in },
        make: @escaping @Sendable (ProbeDeclaration, ProbeSurroundings) -> any ProbeAsking = { $0.target.asking(in: $1) }
    ) {
        self.realtime = realtime
        self.tell = tell
        self.make = make
    }

    /// Asks these probes from now on and no others.
    package func watch(_ declarations: [ProbeDeclaration]) {
        let ended = state.withLock { state -> Running? in
            guard !state.isStopped else { return nil }
            // In the order of the calls, whatever the loops are at.
            book.keep(declarations, at: NIODeadline.now().uptimeNanoseconds, realtime: realtime())
            guard declarations.isEmpty else {
                let running = state.running ?? start()
                state.running = running
                running.loop.execute { running.engine.value.watch(declarations) }
                return nil
            }
            defer { state.running = nil }
            return state.running
        }
        guard let ended else { return }
        Task { await Self.end(ended) }
    }

    /// Lets go of all probes and of the thread; takes no probes any more. It returns within a second, whatever an attempt is stuck in.
    package func stop() async {
        let running = state.withLock { state in
            defer { state = State(running: nil, isStopped: true) }
            return state.running
        }
        if let running { await Self.end(running) }
    }

    private func start() -> Running {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let surroundings = ProbeSurroundings(on: loop, realtime: realtime)
        let engine = ProbeEngine(on: loop, book: book, attempts: Self.attempts, tell: tell) { [make] in make($0, surroundings) }
        return Running(
            group: group, loop: loop, surroundings: surroundings,
            engine: .makeBoxSendingValue(engine, eventLoop: loop))
    }

    /// Attempts at a time: an eighth of the descriptors that this process may have at most, as others need some to be answered at all.
    private static var attempts: Int {
        min(ProbeLimits.attempts.value, DescriptorLimit.current.map { max(1, $0.soft / 8) } ?? .max)
    }

    /// The longest that an end takes where the loop itself is stuck.
    private static let longestEnd = Duration.milliseconds(900)

    private static func end(_ running: Running) async {
        let ended = FirstAnswer()
        // Not waited for without end: what is stuck in the loop ends with the process.
        Task {
            let idle = running.loop.flatSubmit { running.engine.value.stop() }
            try? await idle.get()
            running.surroundings.stop()
            try? await running.group.shutdownGracefully()
            // Whoever has ended in vain would be left until the next probe.
            await ChildLedger.sweep(within: .milliseconds(200))
            ended.give()
        }
        Task {
            try? await Task.sleep(for: longestEnd)
            ended.give()
        }
        await ended.wait()
    }
}

/// Something that is waited for once, and of which whoever gives it first counts.
private final class FirstAnswer: Sendable {
    private struct State {
        var isGiven = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func give() {
        let waiter = state.withLock { state in
            defer { state = State(isGiven: true, waiter: nil) }
            return state.waiter
        }
        waiter?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isGiven = state.withLock { state in
                if !state.isGiven { state.waiter = continuation }
                return state.isGiven
            }
            if isGiven { continuation.resume() }
        }
    }
}
