import AgentMetrics
import ApusSystemd
import Logging
import Synchronization

/// Takes in anew what may change while the agent runs: the file of expected instances.
///
/// A file that is at fault changes nothing; what is wrong with it is in the log and in the status line until a reload succeeds.
final class AgentReload: Sendable {
    private let options: [InstanceIdentity]
    private let path: String?
    private let table: InstanceTable
    private let clock: AgentClock
    private let logger: Logger
    private let fault = Mutex<ExpectedInstancesError?>(nil)

    /// - Throws: ``AgentError/expectedInstances(_:)`` when the file is at fault already.
    init(configuration: AgentConfiguration, table: InstanceTable, clock: AgentClock, logger: Logger) throws(AgentError) {
        options = configuration.expected
        path = configuration.expectFile
        self.table = table
        self.clock = clock
        self.logger = logger
        do throws(ExpectedInstancesError) { table.expect(try expected(), at: clock.now()) } catch {
            throw .expectedInstances(error)
        }
    }

    private func expected() throws(ExpectedInstancesError) -> Set<InstanceIdentity> {
        Set(options).union(try path.map { path throws(ExpectedInstancesError) in try ExpectedInstances.read(path) } ?? [])
    }

    /// What the status line says of the last reload when it failed.
    var trouble: String? { fault.withLock { $0 }.map { "reload failed, former values hold: \($0)" } }

    /// Reloads; the manager, where there is one, hears of the beginning and of the end.
    func run(telling notifications: ManagerNotifications?) {
        notifications?.reloading()
        do throws(ExpectedInstancesError) {
            let identities = try expected()
            table.expect(identities, at: clock.now())
            fault.withLock { $0 = nil }
            logger.notice("reloaded", metadata: ["expected": "\(identities.count)"])
        } catch {
            fault.withLock { $0 = error }
            logger.error("not reloaded: the former values hold", metadata: ["reason": "\(error)"])
        }
        notifications?.ready()
    }
}
