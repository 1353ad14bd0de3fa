import AgentMetrics
import ApusSystemd
import Logging
import Synchronization

/// Takes in anew what may change while the agent runs: the file of expected instances.
///
/// A file that is at fault changes nothing; what is wrong with it is in the log and in the status line until a reload succeeds.
final class AgentReload: Sendable {
    private let options: [ExpectedInstance]
    private let path: String?
    private let table: InstanceTable
    private let clock: AgentClock
    private let logger: Logger
    private let fault = Mutex<ExpectedInstancesError?>(nil)

    /// - Throws: ``AgentError/expectedInstances(_:)`` when the file is at fault already.
    init(configuration: AgentConfiguration, table: InstanceTable, clock: AgentClock, logger: Logger) throws(AgentError) {
        options = configuration.expected.map { ExpectedInstance($0, holder: configuration.holders[$0]) }
        path = configuration.expectFile
        self.table = table
        self.clock = clock
        self.logger = logger
        do throws(ExpectedInstancesError) { expect(try expected()) } catch {
            throw .expectedInstances(error)
        }
    }

    /// What a file says of a name stands above the options.
    private func expect(_ expected: [ExpectedInstance]) {
        let holders = expected.compactMap { one in one.holder.map { (one.identity, $0) } }
        table.expect(
            Set(expected.map(\.identity)), heldBy: Dictionary(holders, uniquingKeysWith: { $1 }), at: clock.now())
    }

    private func expected() throws(ExpectedInstancesError) -> [ExpectedInstance] {
        options + (try path.map { path throws(ExpectedInstancesError) in try ExpectedInstances.read(path) } ?? [])
    }

    /// What the status line says of the last reload when it failed.
    var trouble: String? { fault.withLock { $0 }.map { "reload failed, former values hold: \($0)" } }

    /// Reloads; the manager, where there is one, hears of the beginning and of the end.
    func run(telling notifications: ManagerNotifications?) {
        notifications?.reloading()
        do throws(ExpectedInstancesError) {
            let identities = try expected()
            expect(identities)
            fault.withLock { $0 = nil }
            logger.notice("reloaded", metadata: ["expected": "\(Set(identities.map(\.identity)).count)"])
        } catch {
            fault.withLock { $0 = error }
            logger.error("not reloaded: the former values hold", metadata: ["reason": "\(error)"])
        }
        notifications?.ready()
    }
}
