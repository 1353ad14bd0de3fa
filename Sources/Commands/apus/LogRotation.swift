import ClusterSupervisor
import ServiceLifecycle
import UnixSignals

/// Rotates the logs of a fleet's processes on each SIGHUP, as daemons reopen theirs; a terminal that is closed ends no fleet.
struct LogRotation: Service {
    let signals: UnixSignalsSequence
    let supervisor: Supervisor

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() { supervisor.rotateLogs() }
    }
}
