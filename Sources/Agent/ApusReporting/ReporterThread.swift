import ApusThreads
import ServiceLifecycle

/// A thread that does one short thing a second, until graceful shutdown or cancellation.
///
/// A thread, not a task: the cooperative pool may be blocked by the very service that is to be watched.
final class ReporterThread: Sendable {
    private let turn: @Sendable () -> Void
    private let wake = WakeUp()

    init(turn: @escaping @Sendable () -> Void) { self.turn = turn }

    func run() async {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await withCheckedContinuation { continuation in
                    start { continuation.resume() }
                }
            } onGracefulShutdown: {
                self.wake.stop()
            }
        } onCancel: {
            wake.stop()
        }
    }

    private func start(_ ended: @escaping @Sendable () -> Void) {
        let thread = DetachedThread(name: "apus-reporter") { [turn, wake] in
            repeat { turn() } while !wake.waitASecond()
            ended()
        }
        if !thread.start() { ended() }
    }
}
