import AgentMetrics
import ApusSystemd
import Logging
import Synchronization

/// Takes in anew what may change while the agent runs: the file of expected instances, and that of watched processes.
///
/// A file that is at fault changes nothing, of the other one neither; what is wrong with it is in the log and in the status line until a reload succeeds.
final class AgentReload: Sendable {
    private let options: [ExpectedInstance]
    private let path: String?
    private let table: InstanceTable
    private let watchFile: String?
    private let groups: ProcessGroups?
    private let clock: AgentClock
    private let logger: Logger
    private let fault = Mutex<String?>(nil)
    /// One reload at a time, whoever asks.
    private let turn = Mutex<Void>(())

    /// - Throws: ``AgentError/expectedInstances(_:)`` when the file is at fault already.
    init(
        configuration: AgentConfiguration, table: InstanceTable, groups: ProcessGroups?, clock: AgentClock, logger: Logger
    ) throws(AgentError) {
        options = configuration.expected.map { ExpectedInstance($0, holder: configuration.holders[$0]) }
        path = configuration.expectFile
        self.table = table
        self.groups = groups
        watchFile = configuration.watchFile
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
    ///
    /// - Returns: what is wrong, in one line; nil when all was taken in.
    @discardableResult
    func run(telling notifications: ManagerNotifications?) -> String? { turn.withLock { _ in reload(notifications) } }

    private func reload(_ notifications: ManagerNotifications?) -> String? {
        notifications?.reloading()
        defer { notifications?.ready() }
        do {
            let identities = try expected()
            let watched = try watchFile.map { try WatchFile.read($0) }
            expect(identities)
            if let watched { groups?.watch(watched, at: clock.now()) }
            fault.withLock { $0 = nil }
            var facts: Logger.Metadata = ["expected": "\(Set(identities.map(\.identity)).count)"]
            if let watched { facts["groups"] = "\(watched.groups.count)" }
            logger.notice("reloaded", metadata: facts)
            return nil
        } catch {
            // One line, for the log and for the manager's status.
            let reason = (error as? WatchFileError)?.lines.joined(separator: "; ") ?? "\(error)"
            fault.withLock { $0 = reason }
            logger.error("not reloaded: the former values hold", metadata: ["reason": "\(reason)"])
            return reason
        }
    }
}
