import CLinux
package import Logging
package import ServiceLifecycle

/// The services that make up an agent, wired together and ready to run in one `ServiceGroup`.
package struct AgentServices {
    /// In the order in which they start; they stop in reverse.
    package let all: [any Service]
    /// Renders one exposition as a scrape would see it.
    package let scrape: @Sendable () -> [UInt8]

    /// - Parameter boundPort: is told the port once the HTTP endpoint listens.
    /// - Throws: ``AgentError`` when the report socket cannot be made.
    package init(
        _ configuration: AgentConfiguration, logger: Logger, boundPort: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(AgentError) {
        let work = AgentWork()
        let table = InstanceTable(configuration: configuration)
        let exposition = Exposition(
            table: table, work: work, seriesLimit: configuration.seriesLimit, createdSeries: configuration.createdSeries,
            logger: logger)
        let documents = Documents(
            table: table, work: work, exposition: exposition, interval: configuration.interval / .seconds(1))
        let responder = Responder(
            exposition: exposition, documents: documents, work: work, compression: configuration.compression, logger: logger)
        let reports = try ReportListener(path: configuration.socketPath, table: table, work: work, logger: logger)
        all = [
            reports,
            SamplingLoop(table: table, work: work, interval: configuration.interval),
            HangWatch(table: table, seriesLimit: configuration.seriesLimit, logger: logger),
            HTTPEndpoint(configuration: configuration, responder: responder, logger: logger, boundPort: boundPort),
        ]
        scrape = { exposition.render() }
    }
}
