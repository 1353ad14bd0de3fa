import ApusMetrics
import ApusReporting
import ApusSegment
import Dispatch
import Foundation
import Glibc
import HostTesting
import Logging
import AgentMetrics
import ServiceLifecycle
import Synchronization
import Testing
import SegmentTesting

/// What a reporter measures of the executors that it watches.
@Suite struct HealthTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let path = "/tmp/apus-test-\(UUID().uuidString.prefix(8)).sock"

    /// Runs the body beside a reporter, with what an agent reads of it.
    private func reporting(_ body: @escaping @Sendable (Reporter, Readings) async throws -> Void) async throws {
        let agent = try ListeningAgent(path: path)
        let reporter = try Reporter(service: "worker", instance: "worker-7", socketPath: path, logger: logger)
        let group = ServiceGroup(services: [reporter], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do { try await body(reporter, Readings(try await agent.accept().reader)) } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// The lags in a segment, by executor.
    private final class Readings: @unchecked Sendable {
        // Unchecked: one test's body reads.
        private let contents: SegmentContents

        init(_ contents: SegmentContents) { self.contents = contents }

        func value(_ gauge: Gauge<ExecutorLabels>, _ executor: String) throws -> Double? {
            try contents.refresh()
            let labels = LabelBytes.render(ExecutorLabels(executor: executor).pairs)
            let series = contents.families.first { $0.family.name == gauge.name }?.series.first { $0.labels == labels }
            return series.map { contents.value($0.cells) }
        }

        /// Waits at most thirty seconds for a lag, in seconds.
        func lag(of executor: String, _ condition: (Double) -> Bool) async throws {
            try await eventually("the lag of \(executor)") { try value(Scheduling.lag, executor).map(condition) ?? false }
        }

        var families: [MetricFamily] { contents.families.map(\.family) }
    }

    @Test func `a queue that is blocked lags for as long as it is, with one probe in it, and is forgiven afterwards`()
        async throws
    {
        try await reporting { reporter, readings in
            let queue = DispatchQueue(label: "orders")
            let posted = Atomic<Int>(0)
            reporter.watch(executor: "orders") { probe in
                posted.add(1, ordering: .relaxed)
                queue.async(execute: probe)
            }
            let gate = DispatchSemaphore(value: 0)
            let blockedAt = ContinuousClock.now
            queue.async { gate.wait() }
            try await readings.lag(of: "orders") { $0 > 2.5 }
            #expect(ContinuousClock.now - blockedAt > .seconds(2.5))
            // One may have been there before the queue was blocked.
            #expect(posted.load(ordering: .relaxed) <= 2)
            #expect(try readings.value(Scheduling.longestLag, "orders") ?? 0 > 2.5)
            let waiting = posted.load(ordering: .relaxed)
            gate.signal()
            try await readings.lag(of: "orders") { $0 < 1 }
            #expect(posted.load(ordering: .relaxed) > waiting)
            // The minute remembers.
            #expect(try readings.value(Scheduling.longestLag, "orders") ?? 0 > 2.5)
        }
    }

    @Test func `the cooperative pool is watched from the start, and idle it lags by less than a second`() async throws {
        try await reporting { _, readings in
            try await readings.lag(of: Reporter.cooperativePool) { $0 > 0 && $0 < 1 }
        }
    }

    @Test func `an executor that throws probes away, or is watched no more, does not lag`() async throws {
        try await reporting { reporter, readings in
            let asked = Atomic<Int>(0)
            reporter.watch(executor: "ended") { _ in asked.add(1, ordering: .relaxed) }
            let kept = Mutex<[@Sendable () -> Void]>([])
            reporter.watch(executor: "stuck") { probe in kept.withLock { $0.append(probe) } }
            try await readings.lag(of: "stuck") { $0 > 1.5 }
            #expect(try readings.value(Scheduling.lag, "ended") == 0)
            #expect(asked.load(ordering: .relaxed) > 1)
            #expect(kept.withLock(\.count) == 1)
            reporter.unwatch(executor: "stuck")
            #expect(try readings.value(Scheduling.lag, "stuck") == 0)
            // Over the turns that follow, too.
            let turns = asked.load(ordering: .relaxed)
            try await eventually("two more turns") { asked.load(ordering: .relaxed) >= turns + 2 }
            #expect(try readings.value(Scheduling.lag, "stuck") == 0)
        }
    }

    @Test func `the families are those that the catalog declares`() async throws {
        try await reporting { _, readings in
            try await readings.lag(of: Reporter.cooperativePool) { $0 >= 0 }
            for declared in [Scheduling.lag.family, Scheduling.longestLag.family] {
                let reported = try #require(readings.families.first { $0.name == declared.name })
                #expect(reported.kind == declared.kind)
                #expect(reported.help == declared.help)
            }
        }
    }
}
