import ApusReporting
import ArgumentParser
import ClusterSupervisor
import CoreMetrics
import DeliveryWorker
import Logging
import NotificationAPI
import NotificationStore
import ServiceLifecycle
import UnixSignals

/// `apus api`: one instance of the notification API.
struct APICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api",
        abstract: "Runs one instance of the notification API.",
        discussion: """
            POST /notifications takes a notification, or a batch; GET /notifications/ID shows one. /health, /health/live, \
            /health/ready and /stats are for operators. SIGTERM or Ctrl-C stops it once the requests that run are answered.
            """)

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one, which the log names.")
    var port = 3001

    @Option(help: "How long /health/ready answers 503, at a stop, before no connection is taken any more.")
    var drainDelay: Duration = .milliseconds(500)

    @OptionGroup var service: ServiceArguments

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port \(port): a port is a number from 0 to 65535.") }
    }

    func run() async throws {
        service.watchLifeline()
        try requireFreePort()
        let logger = service.logger(label: "apus.api")
        let store = try service.openStore()
        let reporter = try service.reporter(service: "api", logger: logger)
        reporter.watchEventLoops()
        MetricsSystem.bootstrap(reporter.factory)
        let gauges = StoreGauges(store: store, factory: reporter.factory, logger: logger)
        let server = APIServer(
            APIConfiguration(instance: service.instance, host: host, port: port, drainDelay: drainDelay), store: store,
            factory: reporter.factory, logger: logger)
        // Stopped in the opposite order: the last requests are still counted and reported.
        let group = ServiceGroup(
            services: [reporter, gauges, server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        let result: Result<Void, any Error>
        do {
            result = .success(try await group.run())
        } catch let error as APIServerError {
            result = .failure(CommandFailure(error.description))
        } catch {
            result = .failure(error)
        }
        await store.close()
        try result.get()
    }

    /// The server would find out too, but only after this instance has reported to the agent.
    private func requireFreePort() throws {
        switch PortAvailability.check(host: host, port: port) {
        case .free: break
        case .inUse: throw CommandFailure(APIServerError.portInUse(host: host, port: port).description)
        case .unusable(let reason):
            throw CommandFailure(APIServerError.cannotListen(host: host, port: port, reason: reason).description)
        }
    }
}
