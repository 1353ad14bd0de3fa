import ApusThreads
import ApusJournal
import ApusLimits
import ApusLinux
import Logging
import ServiceLifecycle

/// Follows the journal on a thread of its own until the agent stops, and saves its place then.
final class JournalWatch: Service {
    let follower: JournalFollower
    private let logger: Logger
    /// Keeps other agents from the counts for as long as this agent runs.
    private let lock: FolderLock

    /// - Throws: ``AgentError/stateInUse(_:process:)``, ``AgentError/stateUnusable(_:reason:)``.
    init(_ configuration: JournalFollowerConfiguration, logger: Logger) throws(AgentError) {
        self.logger = logger
        lock = try Self.hold(configuration.statePath)
        // Whoever writes into the journal could cause any number of them.
        let throttle = LogThrottle<String>(pause: .seconds(600), burst: 3)
        follower = JournalFollower(configuration) { notice in
            guard let omitted = throttle.admit(notice.subject) else { return }
            var metadata: Logger.Metadata = ["state": "\(configuration.statePath)"]
            if omitted > 0 { metadata["omitted"] = "\(omitted)" }
            logger.warning("\(notice)", metadata: metadata)
        }
    }

    private static func hold(_ statePath: String) throws(AgentError) -> FolderLock {
        let folder = statePath.lastIndex(of: "/").map { String(statePath[..<$0]) } ?? "."
        do throws(FolderLockError) { return try FolderLock(path: "\(folder)/agent.lock") } catch {
            if case .held(_, let pid) = error { throw .stateInUse(folder, process: pid) }
            throw .stateUnusable(folder, reason: error.description)
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
