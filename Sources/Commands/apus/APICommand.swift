import ApusLimits
import ApusReporting
import ApusSystemd
import ApusText
import ArgumentParser
import ClusterSupervisor
import CommandConventions
import NotificationAPI
import SQLiteStore
import ServiceLifecycle
import StoreMetrics

/// `apus api`: one instance of the notification API.
struct APICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api",
        abstract: "Runs one instance of the notification API.",
        discussion: """
            POST /notifications takes a notification, or a batch; GET /notifications/ID shows one. /health, /health/live, \
            /health/ready and /stats are for operators. SIGTERM or Ctrl-C stops it once the requests that run are answered.
            """)

    @Option(help: "The address to listen on, of IPv4 or IPv6, or * for all.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one, which the log names.")
    var port = 3001

    @Option(help: "How long /health/ready answers 503, at a stop, before no connection is taken any more.")
    var drainDelay = APIConfiguration.usualDrainDelay

    @Option(
        help: ArgumentHelp(
            "The maximum number of notifications that wait, scheduled ones included; more are answered with 503.",
            valueName: "count"))
    var queueLimit = StoreLimits.waiting.value

    @Option(
        help: ArgumentHelp(
            "The maximum number of notifications of one user that wait; more are answered with 429.", valueName: "count"))
    var userQueueLimit = StoreLimits.userWaiting.value

    @OptionGroup var service: ServiceArguments

    mutating func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port \(port): a port is a number from 0 to 65535.") }
        guard queueLimit > 0 else { throw ValidationError("--queue-limit \(queueLimit): at least 1 must be able to wait.") }
        guard userQueueLimit > 0 else {
            throw ValidationError("--user-queue-limit \(userQueueLimit): at least 1 must be able to wait.")
        }
        guard (Duration.zero...APIConfiguration.longestDrainDelay).contains(drainDelay) else {
            let longest = DurationText.string(APIConfiguration.longestDrainDelay)
            throw ValidationError("--drain-delay \(DurationText.string(drainDelay)): write a duration up to \(longest).")
        }
        do throws(ListenAddressFault) { host = try ListenAddress.host(host) } catch {
            throw ValidationError("--host \(host): \(error)")
        }
    }

    func run() async throws {
        let configuration = APIConfiguration(instance: service.instance, host: host, port: port, drainDelay: drainDelay)
        service.watchLifeline(stopGrace: configuration.stopLimit)
        try requireFreePort()
        // A turn of the probe waits for the store as long as that waits for others.
        let process = try await PlatformProcess(
            service, service: "api", longestTurn: .seconds(6),
            bounds: QueueBounds(waiting: queueLimit, userWaiting: userQueueLimit))
        let (store, factory, logger) = (process.store, process.reporter.factory, process.logger)
        let gauges = StoreGauges(store: store, factory: factory, logger: logger)
        let probe = HealthProbe(store: store, logger: logger)
        let notifications = process.notifications(
            stopLimit: configuration.stopLimit, turns: { probe.turns }, status: { probe.status })
        let server = APIServer(
            configuration, store: store, factory: factory, logger: logger, probe: notifications == nil ? nil : probe,
            onReady: { notifications?.ready() })
        do {
            try await process.run([gauges, server] + [notifications].compactMap { $0 })
        } catch let error as APIServerError {
            throw CommandFailure(error.description)
        }
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
