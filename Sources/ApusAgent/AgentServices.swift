package import ApusSystemd
import CLinux
package import Logging
package import ServiceLifecycle

/// The services that make up an agent, wired together and ready to run in one `ServiceGroup`.
package struct AgentServices {
    /// In the order in which they start; they stop in reverse.
    package let all: [any Service]
    /// Renders one exposition as a scrape would see it.
    package let scrape: @Sendable () -> [UInt8]

    /// - Parameters:
    ///   - notifier: the service manager, if one is to be told of start, status and stop.
    ///   - watchdog: what it wants to know of the sampling loop's turns.
    ///   - boundPort: is told the port once the HTTP endpoint listens.
    /// - Throws: ``AgentError`` when the report socket cannot be made.
    package init(
        _ configuration: AgentConfiguration, logger: Logger, notifier: ServiceNotifier? = nil, watchdog: Watchdog? = nil,
        boundPort: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(AgentError) {
        let work = AgentWork()
        let table = InstanceTable(configuration: configuration)
        let sources: [any FamilySource] = []
        let exposition = Exposition(
            table: table, work: work, seriesLimit: configuration.seriesLimit, createdSeries: configuration.createdSeries,
            sources: sources, logger: logger)
        let documents = Documents(
            table: table, work: work, exposition: exposition, interval: configuration.interval / .seconds(1))
        let responder = Responder(
            exposition: exposition, documents: documents, work: work, compression: configuration.compression, logger: logger)
        let reports = try ReportListener(path: configuration.socketPath, table: table, work: work, logger: logger)
        let notifications = notifier.map { notifier in
            ManagerNotifications(
                notifier: notifier, watchdog: watchdog, logger: logger, turns: { work.totals.samples },
                status: { Self.status(table) })
        }
        let services: [any Service] = [
            reports,
            SamplingLoop(table: table, work: work, interval: configuration.interval),
            HangWatch(table: table, seriesLimit: configuration.seriesLimit, logger: logger),
            HTTPEndpoint(configuration: configuration, responder: responder, logger: logger) { port in
                // The report socket listens since before: whoever asked for the agent finds all of it.
                notifications?.ready()
                boundPort(port)
            },
        ]
        all = services + [notifications].compactMap { $0 }
        scrape = { exposition.render() }
    }

    /// One line for `systemctl status`.
    private static func status(_ table: InstanceTable) -> String {
        let instances = table.instances
        let down = instances.count { $0.livingPid == nil }
        return "watching \(instances.count) instance\(instances.count == 1 ? "" : "s")\(down == 0 ? "" : ", \(down) down")"
    }
}
