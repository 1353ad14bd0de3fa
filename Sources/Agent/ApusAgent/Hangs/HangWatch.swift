import AgentMetrics
import ApusThreads
import CLinux
import EventCatalog
import Logging
import ServiceLifecycle
import Synchronization

/// Judges every instance once a second, and says in the log when one begins to hang and when it runs again.
///
/// It works on a thread of its own, so that neither the sampling loop nor a scrape holds it up, and its turns are what tells a pause
/// of the agent.
final class HangWatch: Service {
    private let table: InstanceTable
    private let seriesLimit: Int
    private let logger: Logger
    private let wake = WakeUp()
    /// Since when the instances hang of which the log says so: CLOCK_MONOTONIC in nanoseconds.
    private let told = Mutex<[InstanceIdentity: UInt64]>([:])

    init(table: InstanceTable, seriesLimit: Int, logger: Logger) {
        self.table = table
        self.seriesLimit = seriesLimit
        self.logger = logger
    }

    func run() async throws {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await withCheckedContinuation { continuation in
                    let thread = DetachedThread(name: "apus-hangs") { [self] in
                        repeat { turn() } while !wake.wait(atMost: .seconds(1))
                        continuation.resume()
                    }
                    if !thread.start() { continuation.resume() }
                }
            } onGracefulShutdown: {
                self.wake.raise()
            }
        } onCancel: {
            wake.raise()
        }
    }

    private func turn() {
        let now = apus_monotonic_nanoseconds()
        table.hangs.turn(at: now)
        told.withLock { told in
            var hung: [InstanceIdentity: UInt64] = [:]
            for instance in table.instances {
                if let found = instance.hang(seriesLimit: seriesLimit) {
                    if told[instance.key] == nil { tell(instance.key, found.pid, found.hang) }
                    hung[instance.key] = told[instance.key] ?? now
                } else if let since = told[instance.key] {
                    tellEnd(instance, seconds: Double(now - since) / 1e9)
                }
            }
            told = hung
        }
    }

    private func tell(_ key: InstanceIdentity, _ pid: Int32, _ hang: Hang) {
        logger.error(
            "an instance is alive but hung",
            metadata: CataloguedEvent.instanceHung.metadata(["instance": "\(key)", "pid": "\(pid)", "reason": "\(hang)"]))
    }

    /// Of one that has ended, that is told elsewhere.
    private func tellEnd(_ instance: Instance, seconds: Double) {
        guard let pid = instance.livingPid else { return }
        logger.notice(
            "an instance that was hung runs again",
            metadata: CataloguedEvent.instanceRecovered.metadata([
                "instance": "\(instance.key)", "pid": "\(pid)", "seconds": "\(seconds.rounded())",
            ]))
    }
}
