import ServiceLifecycle
import UnixSignals

/// Reloads on each SIGHUP. The signal is caught from the start of the sequence on, which is before anybody hears that the agent is
/// ready; before that it would end the process.
struct ReloadSignal: Service {
    let signals: UnixSignalsSequence
    let reload: @Sendable () -> Void

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() { reload() }
    }
}
