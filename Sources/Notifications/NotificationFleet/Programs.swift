package import ApusTopology
package import NotificationStore

/// The executable of the notification platform.
let platformExecutable = ServiceExecutable(
    "apus", summary: "A notification platform with its monitoring, and the generator of its configuration",
    buildPackages: ["libsqlite3-dev"], packages: ["libsqlite3-0"])

/// The notification API: `apus api`.
package struct APIProgram: ServiceProgram {
    package init() {}

    package func command(of service: FleetService, in fleet: Fleet) -> ServiceCommand {
        let own: [ServiceArgument] = [
            ["api"], ["--instance", "\(.instance)"], ["--host", "\(.host)"], ["--port", "\(.port)"],
        ]
        return ServiceCommand(
            platformExecutable, arguments: own + platformArguments(of: fleet),
            // Requests get their time: more than an API's own limit of a stop.
            stopGrace: .seconds(12), watchdog: .seconds(30), probe: platformProbe, sharedFiles: storeFiles)
    }
}

/// A delivery worker: `apus worker`.
package struct WorkerProgram: ServiceProgram {
    package init() {}

    package func command(of service: FleetService, in fleet: Fleet) -> ServiceCommand {
        let delivery = fleet.delivery
        let own: [ServiceArgument] = [
            ["worker"], ["--instance", "\(.instance)"], ["--poll-interval", "\(delivery.pollInterval)"],
            ["--lease-duration", "\(delivery.lease)"], ["--batch-size", "\(delivery.batchSize)"],
        ]
        return ServiceCommand(
            platformExecutable, arguments: own + platformArguments(of: fleet),
            // Attempts that are under way get their time: more than a worker's own limit of a stop.
            stopGrace: .seconds(20),
            // A turn of its loop, which may take half of it, waits for the next look at an empty queue, or for attempts that all take
            // their longest, 10 s.
            watchdog: max(.seconds(30), delivery.pollInterval * 3), probe: platformProbe, sharedFiles: storeFiles)
    }

    /// Queues that hand out less at a time than one batch.
    package func faults(of service: FleetService, in fleet: Fleet) -> [FleetFault] {
        let batch = fleet.delivery.batchSize
        return fleet.brokers.flatMap(\.queues).filter { $0.consumers == service.name }
            .filter { (1..<max(1, batch)).contains($0.prefetch) }
            .map { queue in
                .contradiction(
                    "queue \(queue.name) hands out \(queue.prefetch) messages at a time, too few for a batch of \(batch): "
                        + "raise the prefetch or lower DeliverySettings.batchSize", place: queue.place)
            }
    }
}

/// `apus probe`, which asks for the health of any process of the platform.
private let platformProbe = ServiceProbe(["apus", "probe"], passUnanswered: "--pass-unanswered")

/// The database in one file, which every process of the platform opens.
private let storeFiles = SharedFiles(
    composeRemark: """
        This release keeps notifications in SQLite, in one volume that all its services share; that takes one machine. The
        variables for PostgreSQL, RabbitMQ and Redis are given to the services, and none of them is read before the release
        that stores there; so no service waits for these servers.
        """,
    kubernetesRemark: """
        Notifications are kept in SQLite in this release: one volume on one node, which all services share. The pods therefore
        have to be on the node of the first of them (podAffinity), and a node that fails takes the fleet with it until the volume
        is elsewhere. The release that stores in PostgreSQL needs neither this volume nor that affinity.
        """,
    serversRemark: "This release reads none of these variables: see data.yaml.")

/// What every process of the platform is told.
private func platformArguments(of fleet: Fleet) -> [ServiceArgument] {
    [
        ["--data", "\(.dataFolder)"], ["--store", "\(fleet.storeLocation.description)"], ["--agent-socket", "\(.agentSocket)"],
        ["--connections", "\(.connections)"], ServiceArgument("--log", "json", in: ProcessPlacement.containers),
        ["--log-level", "\(.logLevel)"], ServiceArgument("--lifeline", in: [.child]),
    ]
}

extension Fleet {
    /// Where the fleet keeps its notifications: one value for every process of the platform.
    ///
    /// A path that is not absolute is one in the data folder of the place where a process runs.
    package var storeLocation: StoreLocation { .sqlite(path: data.database) }
}
