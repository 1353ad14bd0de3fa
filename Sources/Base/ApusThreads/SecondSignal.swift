import Glibc
package import Logging
package import ServiceLifecycle
import UnixSignals

/// Ends the process at once at the second SIGTERM or SIGINT: whoever asks twice does not wait for a graceful stop.
///
/// It is the first of its group's services, so that it is stopped last. What the process has under way is as after a crash, which every
/// part of the platform bears.
package struct SecondSignal: Service {
    private let signals: UnixSignalsSequence
    private let logger: Logger

    /// Listens from here on.
    package init(logger: Logger) async {
        signals = await UnixSignalsSequence(trapping: [.sigterm, .sigint])
        self.logger = logger
    }

    package func run() async throws {
        var count = 0
        for await signal in signals.cancelOnGracefulShutdown() {
            count += 1
            guard count > 1 else { continue }
            logger.warning("a second signal: what is under way is not waited for", metadata: ["signal": "\(signal)"])
            _exit(128 + signal.rawValue)
        }
    }
}
