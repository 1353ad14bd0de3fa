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
        // Whoever makes units, or has them go while they are asked for, could cause any number of them.
        let throttle = LogThrottle<String>(pause: .seconds(60), burst: 10)
        watcher = UnitWatcher(configuration) { notice in
            func tell(_ kind: String, _ level: Logger.Level, _ message: Logger.Message, _ facts: Logger.Metadata) {
                guard let omitted = throttle.admit(kind) else { return }
                logger.log(
                    level: level, message, metadata: omitted > 0 ? facts.merging(["omitted": "\(omitted)"]) { $1 } : facts)
            }
            switch notice {
            case .unavailable(let error):
                tell(
                    "bus", .warning, "nothing is heard of units; what was known is served for a while",
                    ["reason": "\(error)"])
            case .available: tell("bus", .notice, "units are heard of again", [:])
            case .refused(let error):
                tell("unit", .warning, "systemd did not tell of a unit", ["reason": "\(error)"])
            case .tooMany(let count, let globs, let limit):
                tell(
                    "many", .warning,
                    "more units match than are watched: narrow the glob of --watch-unit, and name the units that matter without one",
                    ["unwatched": "\(count)", "glob": "\(globs.joined(separator: " "))", "limit": "\(limit)"])
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
