import ApusLinux
import CLinux
import Glibc
import ServiceLifecycle
import Synchronization

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

/// A flag that can be waited for with a deadline: an eventfd and poll(2).
private final class WakeUp: Sendable {
    private let descriptor = apus_eventfd()

    deinit { if descriptor >= 0 { close(descriptor) } }

    func stop() { apus_eventfd_raise(descriptor) }

    /// Whether ``stop()`` was called, after at most a second.
    func waitASecond() -> Bool {
        guard descriptor >= 0 else {
            sleep(1)
            return false
        }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 1000) > 0
    }
}
