import CommandConventions
import ApusThreads
import ApusReporting
public import ApusSystemd
import ArgumentParser
import Logging
import NotificationStore
import SQLiteStore

/// The options that every service of the fleet has: who it is, where its data lies, and to which agent it reports.
struct ServiceArguments: ParsableArguments {
    @Option(help: "The name of this instance, such as worker-1: the label `instance` of all its metrics, 1 to 128 bytes.")
    var instance: String

    @Option(help: ArgumentHelp("The folder of the database and the agent's socket, which must be there.", valueName: "dir"))
    var data = "./data"

    @Option(
        help: ArgumentHelp(
            "Where the notifications are kept: sqlite:PATH; a path that is not absolute is one in the data folder.",
            valueName: "location"), transform: { try StoreLocation(parsing: $0) })
    var store = StoreLocation.sqlite(path: "notifications.sqlite")

    @Option(
        help: ArgumentHelp(
            "The agent's report socket; the agent may come later, and come back. (default: agent.sock in the data folder)",
            valueName: "path"))
    var agentSocket: String?

    @Option(help: "The most connections to the database that this process opens.")
    var connections = 5

    @Option(
        help: ArgumentHelp(
            """
            Log to the journal when standard error is connected to it (auto), always (journal, or json with JSON lines on standard \
            error while there is no journal), or to standard error (stderr).
            """, valueName: "destination"))
    var log: LogDestination = .auto

    @Option(help: "The least severe events that are logged: debug, info, notice, warning or error.")
    var logLevel: Logger.Level = .info

    @Flag(
        help: ArgumentHelp(
            "Stop when standard input, a pipe from the parent, comes to its end.",
            discussion: "The stop is a graceful one; what still hangs at the end of the time for a stop is ended."))
    var lifeline = false

    func validate() throws {
        try requirePath(data, "--data")
        try requirePath(agentSocket, "--agent-socket")
        guard connections >= 1 else {
            throw ValidationError("--connections \(connections): a service needs at least one.")
        }
    }

    /// The store, brought up to date.
    func openStore(bounds: QueueBounds) throws(StoreError) -> any NotificationStore {
        try store.below(data).open(connections: connections, bounds: bounds)
    }

    /// What makes this process visible to the agent; its factory is the backend of the service's metrics.
    ///
    /// - Parameter service: the label `service` of all series, `worker` or `api`.
    /// - Throws: ``CommandFailure`` when the instance's name or the socket's path is illegal.
    func reporter(service: String, logger: Logger) throws -> Reporter {
        do throws(ReporterError) {
            return try Reporter(
                service: service, instance: instance, socketPath: agentSocket ?? file("agent.sock"), logger: logger)
        } catch {
            throw CommandFailure(error.description)
        }
    }

    /// Ties this process to its parent, when it is asked to; call it first, so that no hang in starting up outlives the parent.
    ///
    /// - Parameter stopGrace: how long its stop may take.
    func watchLifeline(stopGrace: Duration) {
        if lifeline { Lifeline.watch(stopGrace: stopGrace) }
    }

    private func file(_ name: String) -> String { data.hasSuffix("/") ? data + name : "\(data)/\(name)" }
}

extension LogDestination: ExpressibleByArgument {}

extension StoreLocation {
    /// Opens the store that is here, whatever its kind, and brings it up to date.
    ///
    /// - Parameters:
    ///   - connections: the maximum number of connections of this process.
    ///   - bounds: how much may wait in the queue.
    func open(connections: Int = 5, bounds: QueueBounds = QueueBounds()) throws(StoreError) -> any NotificationStore {
        switch self {
        case .sqlite(let path): try SQLiteNotificationStore(path: path, connections: connections, bounds: bounds)
        }
    }
}
