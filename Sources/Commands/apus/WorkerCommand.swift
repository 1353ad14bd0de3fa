import ApusLimits
import CommandConventions
import ApusReporting
import ApusSystemd
import ArgumentParser
import DeliveryWorker
import NotificationFleet
import NotificationStore
import ServiceLifecycle
import SQLiteStore
import StoreMetrics

/// `apus worker`: one delivery worker.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Delivers notifications from the database's queue by webhook or log, with retries.",
        discussion: """
            SIGTERM or Ctrl-C stops it gracefully: it claims nothing more, gives attempts that are under way eight seconds to \
            end, records them, and gives its other notifications back to the queue.
            """)

    @Option(help: "Time between two looks at an empty queue, a fifth more or less at random.")
    var pollInterval: Duration = .seconds(5)

    @Option(
        help: "How long a claimed notification is this worker's; at least 1s. An attempt takes half of it at most, and 10s.")
    var leaseDuration: Duration = .seconds(300)

    @Option(help: "Most notifications that are claimed at a time.")
    var batchSize = 50

    @Option(
        help:
            "Places for attempts to deliver; an attempt that waits for more than a second for its answer gives its place back.")
    var concurrency = 16

    @Option(help: "How long delivered notifications, and idempotency keys, are kept in the database; 0s is for ever.")
    var keepDelivered: Duration = StoreLimits.delivered.value

    @Option(help: "How long notifications that were given up are kept in the database; 0s is for ever.")
    var keepDead: Duration = StoreLimits.dead.value

    @OptionGroup var service: ServiceArguments

    func validate() throws {
        try DeliverySettings.validateOptions(batchSize: batchSize, lease: leaseDuration, pollInterval: pollInterval)
        guard (1...1000).contains(concurrency) else { throw ValidationError("--concurrency \(concurrency): use 1 to 1000.") }
    }

    func run() async throws {
        var configuration = WorkerConfiguration()
        configuration.batchSize = batchSize
        configuration.lease = leaseDuration
        configuration.pollInterval = pollInterval
        configuration.concurrency = concurrency
        service.watchLifeline(stopGrace: configuration.stopLimit)
        let process = try await PlatformProcess(
            service, service: "worker",
            // The next look at an empty queue, or attempts that all take their longest.
            longestTurn: max(configuration.pollInterval * 1.2, configuration.attemptLimit))
        let (store, factory, logger) = (process.store, process.reporter.factory, process.logger)
        let gauges = StoreGauges(store: store, factory: factory, logger: logger)
        let pulse = WorkerPulse()
        let status = WorkerStatus()
        let notifications = process.notifications(
            stopLimit: configuration.stopLimit, turns: { pulse.turns },
            status: {
                status.line(
                    delivered: pulse.delivered, leased: pulse.leased, queue: gauges.depth?.pending, isFailing: pulse.isFailing)
            })
        let worker = DeliveryWorker(
            store: store, configuration: configuration, factory: factory, logger: logger, pulse: pulse,
            losses: process.losses, onReady: { notifications?.ready() })
        let upkeep = StoreUpkeep(
            store: store,
            retention: Retention(
                delivered: keepDelivered > .zero ? keepDelivered : nil, dead: keepDead > .zero ? keepDead : nil),
            window: StoreLimits.batch.value, largestLog: StoreLimits.writeAheadLog.value.bytes,
            leastRoom: StoreLimits.reserve.value.bytes, shortest: StoreLimits.deliveredLeast.value, factory: factory,
            logger: logger)
        try await process.run([gauges, upkeep, worker] + [notifications].compactMap { $0 })
    }
}
