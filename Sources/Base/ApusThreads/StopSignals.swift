import Glibc
package import Logging
package import ServiceLifecycle
import UnixSignals

/// Stops its group at the first SIGTERM or SIGINT, and ends the process at once at the second: whoever asks twice does not wait for a
/// graceful stop.
///
/// It takes the place of the group's own signals, which would not see one that comes before the group runs and is caught already. What the
/// process has under way at the second is as after a crash, which every part of the platform bears.
package struct StopSignals: Service {
    private let signals: UnixSignalsSequence
    private let logger: Logger

    /// Listens from here on.
    package init(logger: Logger) async {
        signals = await UnixSignalsSequence(trapping: [.sigterm, .sigint])
        self.logger = logger
    }

    /// Ends at the first signal, or when the group is stopped for another reason; the second one is heard even after that.
    package func run() async throws {
        let (first, continuation) = AsyncStream<UnixSignal>.makeStream()
        Task.detached { [signals, logger] in
            var isFirst = true
            for await signal in signals {
                if isFirst {
                    logger.info("a signal: the process stops", metadata: ["signal": "\(signal)"])
                    continuation.yield(signal)
                } else {
                    logger.warning("a second signal: what is under way is not waited for", metadata: ["signal": "\(signal)"])
                    _exit(128 + signal.rawValue)
                }
                isFirst = false
            }
        }
        for await _ in first.cancelOnGracefulShutdown() { return }
    }
}

extension ServiceGroupConfiguration.ServiceConfiguration {
    /// The stop of a group by signals; the first of its services, as no other waits for its end.
    package static func stopSignals(logger: Logger) async -> Self {
        Self(service: await StopSignals(logger: logger), successTerminationBehavior: .gracefullyShutdownGroup)
    }
}
