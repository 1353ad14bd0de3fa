import ApusThreads
import ApusJournal
import ApusLimits
import Logging
import ServiceLifecycle

/// Runs the watcher of units on a thread of its own, and logs what it finds.
final class UnitWatch: Service {
    let watcher: UnitWatcher
    private let logger: Logger

    init(_ configuration: UnitWatchConfiguration, logger: Logger) {
        self.logger = logger
        // There may be a thousand units, each with its question.
        let throttle = LogThrottle<String>(pause: .seconds(600), burst: 3)
        watcher = UnitWatcher(configuration) { notice in
            switch notice {
            case .unavailable(let error):
                logger.warning(
                    "nothing is heard of units; what was known is served for a while", metadata: ["reason": "\(error)"])
            case .available: logger.notice("units are heard of again")
            case .refused(let error):
                guard let omitted = throttle.admit("refused") else { return }
                var metadata: Logger.Metadata = ["reason": "\(error)"]
                if omitted > 0 { metadata["omitted"] = "\(omitted)" }
                logger.warning("systemd did not tell of a unit", metadata: metadata)
            case .tooMany(let count):
                logger.warning("more units match than are watched", metadata: ["unwatched": "\(count)"])
            }
        }
    }

    func run() async throws {
        do throws(ThreadRefused) {
            try await ThreadService(name: "apus-units") { [watcher] wake in watcher.run(until: wake) }.run()
        } catch {
            logger.error("units are not watched", metadata: ["reason": "\(error)"])
            // The rest of the agent goes on; the end of a service would end it.
            try? await gracefulShutdown()
        }
    }
}
