import AgentMetrics
import ApusMetrics
package import ApusSegment
package import ApusThreads
import CLinux
public import CoreMetrics
import Glibc
public import Logging
public import ServiceLifecycle
import Synchronization

/// What makes a process visible to an agent: owns the segment that the process records into, hands it to the agent, and gives a
/// sign of life every second.
///
/// ```swift
/// let reporter = try Reporter(service: "worker", instance: "worker-1", socketPath: "/run/apus/agent.sock", logger: logger)
/// MetricsSystem.bootstrap(reporter.factory)
/// try await ServiceGroup(services: [reporter, worker], logger: logger).run()
/// ```
///
/// The agent may come later, go, and come back: the memory belongs to this process, so that no count is lost, and the reporter
/// hands it over again. It works on a thread of its own, which a busy process does not hold up.
public final class Reporter: Service {
    /// The backend to bootstrap swift-metrics with.
    public let factory: any MetricsFactory

    package let writer: SegmentWriter
    private let link: AgentLink
    let scheduling: SchedulingWatch
    private let heap: SeriesCells
    private let logger: Logger
    private let startThread: @Sendable (DetachedThread) -> Bool

    /// The number of series that a process may have unless it is told another one.
    public static var defaultSeriesLimit: Int { 100_000 }
    /// The number of series that one family may have unless the process is told another one.
    public static var defaultFamilySeriesLimit: Int { 10_000 }

    /// Makes the segment; handles can be made and recorded on from here on.
    ///
    /// - Parameters:
    ///   - service: the `service` label of every series, such as `worker`: 1 to 128 bytes.
    ///   - instance: the `instance` label, such as `worker-1`: 1 to 128 bytes.
    ///   - socketPath: the agent's report socket; at most 107 bytes.
    ///   - seriesLimit: series past this number are dropped, counted by family, and the first of each family is logged.
    ///   - familySeriesLimit: series of one family past this number are dropped in the same way.
    /// - Throws: ``ReporterError`` when the names are illegal. Where the system grants no segment, the log says so, and what is recorded
    ///   is seen by nobody: metrics never keep a service from running.
    public convenience init(
        service: String, instance: String, socketPath: String, seriesLimit: Int = Reporter.defaultSeriesLimit,
        familySeriesLimit: Int = Reporter.defaultFamilySeriesLimit, logger: Logger
    ) throws(ReporterError) {
        try self.init(
            service: service, instance: instance, socketPath: socketPath, seriesLimit: seriesLimit,
            familySeriesLimit: familySeriesLimit, logger: logger, startThread: { $0.start() })
    }

    /// - Parameter startThread: starts the reporter's thread, and says whether the system granted it.
    package init(
        service: String, instance: String, socketPath: String, seriesLimit: Int = Reporter.defaultSeriesLimit,
        familySeriesLimit: Int = Reporter.defaultFamilySeriesLimit, logger: Logger,
        startThread: @escaping @Sendable (DetachedThread) -> Bool
    ) throws(ReporterError) {
        self.startThread = startThread
        guard socketPath.utf8.count <= AgentLimits.socketPathBytes else { throw .socketPathTooLong(socketPath) }
        let hello: Hello
        do { hello = try Hello(service: service, instance: instance) } catch { throw .illegalName(error.description) }
        do throws(SegmentError) {
            writer = try SegmentWriter(
                seriesLimit: seriesLimit, familySeriesLimit: familySeriesLimit, drops: ServiceState.droppedFamilySeries.family
            ) { trouble in
                logger.warning("\(trouble)")
            }
        } catch {
            logger.error(
                "no shared memory for metrics: this process runs on, and no agent sees it; raise the limit and restart it",
                metadata: ["reason": "\(error)", "limits": "LimitFSIZE=, LimitAS=, LimitNOFILE= or ulimit -f, -v, -n"])
            writer = SegmentWriter(unpublished: ())
        }
        factory = SegmentMetricsFactory(writer: writer)
        link = AgentLink(path: socketPath, hello: hello, segment: writer.descriptor)
        self.logger = logger
        scheduling = SchedulingWatch(writer: writer)
        heap = writer.cells(ServiceProcess.heap, NoLabels(), form: .double)
        watch(executor: Self.cooperativePool) { probe in Task.detached { probe() } }
        beat()
    }

    /// A backend that keeps metrics as the options say, on the same series.
    public func factory(configured options: [MetricOptions]) -> any MetricsFactory {
        SegmentMetricsFactory(writer: writer, options: options)
    }

    /// Reports until graceful shutdown or cancellation, and throws nothing: metrics never end a service.
    public func run() async throws {
        defer { link.close() }
        await cancelWhenGracefulShutdown { [self] in
            var backoff = Backoff(first: .seconds(1), longest: .seconds(60), spread: 0.8...1.2)
            while !Task.isCancelled {
                // A thread, not a task: the cooperative pool may be blocked by the very service that is to be watched.
                let thread = ThreadService(name: "apus-reporter", start: startThread) { [self] wake in
                    repeat { turn() } while !wake.wait(atMost: .seconds(1))
                }
                do throws(ThreadRefused) { return try await thread.run() } catch {
                    if backoff.failures == 0 {
                        logger.error(
                            "reporting works without a thread of its own, and stands still when the service's tasks do; trying again",
                            metadata: ["reason": "\(error)"])
                    }
                    var generator = SystemRandomNumberGenerator()
                    await turnOnTasks(for: backoff.fail(using: &generator))
                }
            }
        }
    }

    /// Reports from the task's own thread for a while.
    private func turnOnTasks(for pause: Duration) async {
        let end = ContinuousClock.now + pause
        repeat {
            turn()
            // Cancelled: the loop's condition ends it.
            try? await Task.sleep(for: .seconds(1))
        } while !Task.isCancelled && ContinuousClock.now < end
    }

    /// Does the work of one second: a sign of life, the heap, the lag of the executors, and the link to the agent.
    private func turn() {
        beat()
        scheduling.turn()
        guard writer.isPublished else { return }
        switch link.maintain() {
        case .nothing: break
        case .connected: logger.info("reporting to the agent", metadata: ["socket": "\(link.path)"])
        case .lost:
            logger.warning("the agent is gone; metrics stay in memory until it is back", metadata: ["socket": "\(link.path)"])
        case .unreachable(let reason):
            logger.warning(
                "no agent to report to; trying every second", metadata: ["socket": "\(link.path)", "reason": "\(reason)"])
        case .refused(let reason): logger.error("the agent refuses this report", metadata: ["reason": "\(reason)"])
        }
    }

    private func beat() {
        writer.beat()
        heap.set(Double(apus_heap_in_use()))
    }
}

/// Why a reporter could not be made.
public enum ReporterError: Error, CustomStringConvertible {
    case socketPathTooLong(String)
    case illegalName(String)

    public var description: String {
        switch self {
        case .socketPathTooLong(let path):
            "the agent's socket path has more than \(AgentLimits.socketPathBytes) bytes, give a shorter one: \(path)"
        case .illegalName(let what): "this process cannot report: \(what)"
        }
    }
}
