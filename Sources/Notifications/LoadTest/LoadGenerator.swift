package import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Sends notifications to an API at a fixed rate and follows each to its delivery.
///
/// ```swift
/// let generator = LoadGenerator(plan: plan, thresholds: LoadThresholds(), logger: logger)
/// let report = try await generator.perform(stopsOnSignals: true)
/// ```
package final class LoadGenerator: Service {
    private let plan: LoadPlan
    private let thresholds: LoadThresholds
    private let ledger = LoadLedger()
    private let receiver: WebhookReceiver
    private let logger: Logger
    private let report = Mutex<LoadReport?>(nil)

    /// Makes a generator that has sent nothing yet.
    ///
    /// - Parameters:
    ///   - receiverHost: where the embedded webhook receiver listens; the APIs' workers must reach it under this address.
    ///   - receiverPort: 0 takes a free one.
    ///   - receiverLatency: how long it takes to answer.
    package init(
        plan: LoadPlan, thresholds: LoadThresholds, receiverHost: String = "127.0.0.1", receiverPort: Int = 0,
        receiverLatency: Duration = .zero, logger: Logger
    ) {
        self.plan = plan
        self.thresholds = thresholds
        self.logger = logger
        receiver = WebhookReceiver(
            host: receiverHost, port: receiverPort, latency: receiverLatency,
            run: String(UInt64.random(in: 0...(.max)), radix: 36),
            ledger: ledger, logger: logger)
    }

    /// Runs the test and its receiver.
    ///
    /// - Parameter stopsOnSignals: true ends the sending at SIGINT or SIGTERM; what was sent is waited for during the plan's `stopGrace`,
    ///   and the report tells what came until then.
    /// - Throws: ``ReceiverError``.
    package func perform(stopsOnSignals: Bool) async throws -> LoadReport {
        var configuration = ServiceGroupConfiguration(
            services: [
                // The last service is shut down first: the receiver listens until the generator is done.
                .init(service: receiver),
                .init(service: self, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            logger: logger)
        if stopsOnSignals { configuration.gracefulShutdownSignals = [.sigint, .sigterm] }
        try await ServiceGroup(configuration: configuration).run()
        guard let report = report.withLock({ $0 }) else { throw CancellationError() }
        return report
    }

    package func run() async throws {
        let webhook = try await receiver.url
        let client = NotificationClient(
            of: plan.apis, timeout: plan.requestTimeout, maximumConnections: plan.maximumOutstanding)
        let work = Task {
            let wasStopped = await self.send(to: webhook, by: client)
            await self.settle()
            return wasStopped
        }
        // What was sent may still be answered and delivered, for a short time; then the books are closed as they stand.
        let interrupted = await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await work.value
            } onGracefulShutdown: { [plan] in
                Task {
                    try await Task.sleep(for: plan.stopGrace)
                    work.cancel()
                }
            }
        } onCancel: {
            work.cancel()
        }
        if !Task.isShuttingDownGracefully { await bury(by: client) }
        await client.shutDown()
        let accounts = ledger.accounts
        report.withLock {
            $0 = LoadReport(
                plan: plan, accounts: accounts, thresholds: thresholds,
                interrupted: interrupted || Task.isShuttingDownGracefully)
        }
    }

    /// Sends every request when it is due, and returns when all are answered.
    ///
    /// - Returns: true when it was stopped before the last.
    private func send(to webhook: String, by client: NotificationClient) async -> Bool {
        let schedule = OpenLoopSchedule(rate: plan.rate, duration: plan.duration)
        let recipients = Recipients(count: plan.users)
        let start = ledger.start()
        return await withDiscardingTaskGroup { group in
            for index in 0..<schedule.count {
                let due = schedule.due(index)
                guard await Self.wait(until: start + due) else { return true }
                guard ledger.begin(maximumOutstanding: plan.maximumOutstanding) else { continue }
                let api = plan.apis[index % plan.apis.count]
                let request = NotificationRequest(
                    userId: recipients.user(of: index), title: "Load test", body: "Notification \(index)", webhookUrl: webhook)
                group.addTask {
                    let sent = self.ledger.now
                    let outcome = await client.enqueue(request, to: api)
                    let answered = self.ledger.now
                    self.ledger.enter { $0.record(outcome, due: due, sent: sent, answered: answered) }
                }
            }
            return false
        }
    }

    /// - Returns: false when the test was stopped meanwhile.
    private static func wait(until instant: ContinuousClock.Instant) async -> Bool {
        if Task.isShuttingDownGracefully || Task.isCancelled { return false }
        // Behind schedule: the request is late already, and its latency says so.
        guard ContinuousClock.now < instant else { return true }
        do {
            try await cancelWhenGracefulShutdown { try await Task.sleep(until: instant, clock: .continuous) }
            return true
        } catch {
            return false
        }
    }

    /// Waits until everything accepted has arrived, and a little longer for what arrives twice.
    private func settle() async {
        let deadline = ContinuousClock.now + plan.settle
        while ledger.lost > 0, ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
        }
        guard !Task.isShuttingDownGracefully else { return }
        try? await Task.sleep(for: plan.linger)
    }

    /// Asks the API about what has not arrived: what it has given up is dead, not lost. An API that does not answer is asked no more.
    private func bury(by client: NotificationClient) async {
        let deadline = ContinuousClock.now + plan.inquiry
        var unanswered: [String: Int] = [:]
        // More than so many are a broken system, whatever each of them is.
        for (index, id) in ledger.accounts.lostIDs.prefix(1000).enumerated() {
            let api = plan.apis[index % plan.apis.count]
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero, !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
            guard unanswered[api, default: 0] < 3 else { continue }
            guard let status = await client.status(of: id, at: api, within: min(left, plan.requestTimeout)) else {
                unanswered[api, default: 0] += 1
                continue
            }
            unanswered[api] = 0
            if Self.finalStatuses.contains(status) { ledger.enter { $0.bury(id: id) } }
        }
    }

    private static let finalStatuses: Set<String> = ["dead", "failed"]
}
