import ApusLimits
import ApusThreads
import ClusterSupervisor
import Logging
import NotificationStore

/// Gives back what a dead worker had claimed, so that the others need not wait for its leases to end.
struct LeaseRelease: Sendable {
    let store: any NotificationStore
    let logger: Logger
    var patience = SupervisorLimits.release.value

    /// Tries once, and goes on in the background for a while when the store takes no writes.
    func release(_ end: ChildEnd) async {
        guard await attempt(end, isLast: false) == false else { return }
        Task {
            let deadline = ContinuousClock.now + patience
            var backoff = Backoff(first: .milliseconds(500), longest: .seconds(10), spread: 0.8...1.2)
            while true {
                try await Task.sleep(for: backoff.fail(random: .random(in: 0...1)))
                if await attempt(end, isLast: ContinuousClock.now >= deadline) || ContinuousClock.now >= deadline { return }
            }
        }
    }

    private func attempt(_ end: ChildEnd, isLast: Bool) async -> Bool {
        // The whole id of one start: it begins the id of no other.
        let owner = WorkerOwner.id(pid: end.pid, start: end.start)
        do {
            let count = try await store.releaseAll(ownerPrefix: owner)
            if count > 0 { logger.notice("process \(end.pid) had claimed \(count) notifications, which are released") }
            return true
        } catch {
            logger.log(
                level: isLast ? .warning : .info,
                "what process \(end.pid) had claimed is not released\(isLast ? ", and stays so until its leases end" : " yet"): \(error)"
            )
            return false
        }
    }
}
