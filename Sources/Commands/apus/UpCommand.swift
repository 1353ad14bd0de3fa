import CommandConventions
import ApusLinux
import ApusSystemd
import ApusText
import ApusTopology
public import ArgumentParser
import ApusThreads
import ClusterSupervisor
import Glibc
public import Logging
import NotificationFleet
import NotificationStore
import ServiceLifecycle
import UnixSignals

/// `apus up`: the fleet on one machine.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Runs the fleet on this machine: the agent, the APIs and the workers, on SQLite.",
        discussion: """
            One address a line is printed on standard output when all are up. A process that dies is started again. Ctrl-C or \
            SIGTERM stops the workers, then the APIs, then the agent; when this process is killed, they end by themselves. Each \
            writes to logs/NAME.log in the data folder, of which the last 16 MiB move to NAME.log.1. SIGHUP begins new logs, \
            and ends nothing.
            """)

    @Option(help: ArgumentHelp("The folder of the database, the sockets and the logs; made when missing.", valueName: "dir"))
    var data = "./data"

    @OptionGroup var fleet: FleetArguments

    @Option(help: "Time between two samples of the agent. (default: the scrape interval)")
    var samplingInterval: Duration?

    @Option(help: "Delay before a process that died is started again; it doubles with each crash in a row, up to 30 s.")
    var restartDelay: Duration = .seconds(1)

    @Option(help: "How long a notification is a worker's once claimed. (default: the fleet's, 5m)")
    var leaseDuration: Duration?

    @Option(help: "Time between two looks of a worker at an empty queue. (default: the fleet's, 5s)")
    var pollInterval: Duration?

    @Option(help: "The maximum number of notifications per claim of a worker. (default: the fleet's, 50)")
    var batchSize: Int?

    @Option(help: ArgumentHelp("The agent's executable. (default: apus-agent beside this one)", valueName: "path"))
    var agentExecutable: String?

    @Option(help: "The least severe events that are told on standard error: debug, info, notice, warning or error.")
    var logLevel: Logger.Level = .notice

    func validate() throws {
        try requirePath(data, "--data")
        try requirePath(agentExecutable, "--agent-executable")
        try DeliverySettings.validateOptions(batchSize: batchSize, lease: leaseDuration, pollInterval: pollInterval)
    }

    func run() async throws {
        DescriptorLimit.raise()
        // Caught from here on: it ends no fleet whose start is under way.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let fleet = try adjusted(try fleet.fleet())
        let executables = try FleetExecutables(agent: agentExecutable)
        let folder = try FleetFolder(path: data, fleet: fleet)
        try requireFreePorts(of: fleet)

        var logger = Logger(label: "apus")
        logger.logLevel = logLevel
        // Opened before any child: it brings the database's schema up to date, which the children must not race for.
        let store = try fleet.storeLocation.below(folder.path).open()
        let local = LocalFleet(
            fleet: fleet, folder: folder.path, executables: executables, restart: RestartPolicy(initialDelay: restartDelay))
        // Without a watchdog: the supervisor has no work of its own that would turn.
        let notifications = ServiceNotifier().map {
            ManagerNotifications(notifier: $0, watchdog: nil, logger: logger, turns: { 0 }, status: { local.summary })
        }
        let release = LeaseRelease(store: store, logger: logger)
        let supervisor = try Supervisor(
            stages: try local.stages { [release] end in await release.release(end) },
            logFolder: folder.file("logs"), logger: logger,
            onUp: {
                announce(local)
                notifications?.ready()
            })
        let services: [any Service] =
            [supervisor, LogRotation(signals: hangups, supervisor: supervisor)] + [notifications].compactMap { $0 }
        let group = ServiceGroup(
            configuration: .init(
                services: [await .stopSignals(logger: logger)] + services.map { .init(service: $0) }, logger: logger))
        let result: Result<Void, any Error>
        do { result = .success(try await group.run()) } catch { result = .failure(error) }
        await store.close()
        withExtendedLifetime(folder) {}
        try result.get()
    }

    /// The fleet with what the options of this command say of its parts.
    ///
    /// - Throws: ``CommandFailure`` with the options, when the fleet contradicts itself with their values.
    private func adjusted(_ fleet: Fleet) throws -> Fleet {
        let (agents, delivery) = (fleet.agents, fleet.delivery)
        let adjusted = fleet.replacing([
            Agents(
                agents.placement, port: agents.port, samplingInterval: samplingInterval ?? agents.samplingInterval,
                limits: agents.limits, fileID: agents.place.fileID, line: agents.place.line),
            DeliverySettings(
                batchSize: batchSize ?? delivery.batchSize, lease: leaseDuration ?? delivery.lease,
                pollInterval: pollInterval ?? delivery.pollInterval, fileID: delivery.place.fileID, line: delivery.place.line),
        ])
        do {
            // What only another environment has is no matter here.
            return try adjusted.varied(for: adjusted.environment).validated()
        } catch {
            // The fleet has no fault without the options.
            let faults = error.faults.map { $0.explanation }.joined(separator: "; ")
            throw CommandFailure("\(adjustments.joined(separator: " ")): \(faults)")
        }
    }

    /// The options that adjust the fleet, with their values, as they are given.
    private var adjustments: [String] {
        let durations = [
            ("--sampling-interval", samplingInterval), ("--lease-duration", leaseDuration), ("--poll-interval", pollInterval),
        ]
        return durations.compactMap { name, value in value.map { "\(name) \(DurationText.string($0))" } }
            + [batchSize.map { "--batch-size \($0)" }].compactMap(\.self)
    }

    /// The children would find out too, but one after the other and each in its log.
    private func requireFreePorts(of fleet: Fleet) throws {
        let agents = fleet.agentEndpoints.map { (name: $0.name, port: $0.port) }
        let instances = fleet.services.flatMap(\.instances).compactMap { instance in
            instance.port.map { (name: instance.name, port: $0) }
        }
        for (name, port) in agents + instances {
            switch PortAvailability.check(host: fleet.host, port: port) {
            case .free:
                continue
            case .inUse:
                throw CommandFailure(
                    "port \(port) on \(fleet.host), which \(name) needs, is in use; stop what listens there, "
                        + "or move the fleet with --port-offset")
            case .unusable(let reason):
                throw CommandFailure("\(name) cannot listen on \(fleet.host):\(port): \(reason)")
            }
        }
    }

    private func announce(_ local: LocalFleet) {
        for line in local.addresses { print(line) }
        print("up: \(local.summary); data in \(data); stop with Ctrl-C")
        // Standard output may be a pipe, whose reader waits for this line.
        fflush(nil)
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
