import ApusThreads
import ApusJournal
import Logging
import ServiceLifecycle

/// Follows the journal on a thread of its own until the agent stops, and saves its place then.
final class JournalWatch: Service {
    let follower: JournalFollower
    private let logger: Logger

    init(_ configuration: JournalFollowerConfiguration, logger: Logger) {
        self.logger = logger
        follower = JournalFollower(configuration) { notice in
            logger.warning("\(notice)", metadata: ["state": "\(configuration.statePath)"])
        }
    }

    func run() async throws {
        do throws(ThreadRefused) {
            try await ThreadService(name: "apus-journal") { [follower] wake in follower.run(until: wake) }.run()
        } catch {
            logger.error("the journal is not followed", metadata: ["reason": "\(error)"])
            // The rest of the agent goes on; the end of a service would end it.
            try? await gracefulShutdown()
        }
    }
}
