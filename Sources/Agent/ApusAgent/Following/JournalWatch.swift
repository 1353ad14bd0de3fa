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
        let isStarted = await withTaskCancellationOrGracefulShutdownHandler {
            await withCheckedContinuation { continuation in
                let thread = DetachedThread(name: "apus-journal") { [follower] in
                    follower.run()
                    continuation.resume(returning: true)
                }
                if !thread.start() { continuation.resume(returning: false) }
            }
        } onCancelOrGracefulShutdown: { [follower] in
            follower.stop()
        }
        guard !isStarted else { return }
        logger.error("the journal is not followed: the system grants no thread; see the unit's TasksMax")
        // The rest of the agent goes on; the end of a service would end it.
        try? await gracefulShutdown()
    }
}
