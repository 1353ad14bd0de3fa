import ApusMetrics
import ApusReporting
import ApusSegment
import CoreMetrics
import Foundation
import Glibc
import HostTesting
import Logging
import SegmentTesting
import ServiceLifecycle
import Testing

@Suite struct ReporterTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let path = "/tmp/apus-test-\(UUID().uuidString.prefix(8)).sock"

    /// Runs the body beside a reporter, which stops by graceful shutdown afterwards.
    private func reporting(_ body: @escaping @Sendable (any MetricsFactory) async throws -> Void) async throws {
        let reporter = try Reporter(service: "worker", instance: "worker-7", socketPath: path, logger: logger)
        let group = ServiceGroup(services: [reporter], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do { try await body(reporter.factory) } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func `an agent learns who reports, from the kernel which process, and sees its heap and its heartbeat`() async throws
    {
        let agent = try ListeningAgent(path: path)
        try await reporting { _ in
            let report = try await agent.accept()
            #expect(report.hello.service == "worker")
            #expect(report.hello.instance == "worker-7")
            #expect(report.pid == getpid())
            try report.reader.refresh()
            let heap = try #require(report.reader.families.first { $0.family.name == "service_process_heap_bytes" })
            #expect(report.reader.value(heap.series[0].cells) > 10_000)
            let first = report.reader.reader.heartbeat
            #expect(first > 0)
            try await eventually("the heart beats on") { report.reader.reader.heartbeat > first }
        }
    }

    @Test func `without a thread a process reports all the same, and the service goes on until it is stopped`() async throws {
        let agent = try ListeningAgent(path: path)
        let reporter = try Reporter(
            service: "worker", instance: "worker-7", socketPath: path, logger: logger, startThread: { _ in false })
        let group = ServiceGroup(services: [reporter], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let report = try await agent.accept()
            let first = report.reader.reader.heartbeat
            try await eventually("the heart beats on") { report.reader.reader.heartbeat > first }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func `without shared memory metrics are recorded for nobody`() throws {
        let writer = SegmentWriter(unpublished: ())
        let family = MetricFamily(name: "jobs_total", kind: .counter, help: "x")
        let cells = writer.series(family, labels: [("a", "b")], form: .integer)
        cells.add(3 as UInt64)
        writer.beat()
        #expect(
            !cells.isPublished && !writer.isPublished && writer.droppedSeries == 0 && writer.family(named: "jobs_total") == nil)
    }

    @Test(arguments: ["-f 8", "-v 700000"])
    func `a service starts under a limit that allows no segment, and its log says so`(limit: String) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "ulimit \(limit); exec \"$0\" \(path)", BuiltProgram.path("reporting-service")]
        process.standardError = output
        process.standardOutput = output
        try process.run()
        defer { process.terminate() }
        var text = ""
        while !text.contains("\n") {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else { break }
            text += String(decoding: bytes, as: UTF8.self)
        }
        #expect(text.contains("no shared memory for metrics"), "\(text)")
        #expect(process.isRunning)
    }

    @Test func `an agent that dies and comes back finds every count, those of the time between too`() async throws {
        let path = path
        let first = try ListeningAgent(path: path)
        try await reporting { factory in
            let counter = CoreMetrics.Counter(label: "jobs", factory: factory)
            counter.increment(by: 10)
            _ = try await first.accept()
            first.die()
            counter.increment(by: 5)
            unlink(path)
            let second = try ListeningAgent(path: path)
            counter.increment(by: 2)
            let report = try await second.accept()
            try report.reader.refresh()
            let jobs = try #require(report.reader.families.first { $0.family.name == "jobs_total" })
            #expect(report.reader.integer(jobs.series[0].cells) == 17)
            second.stop()
        }
    }

    @Test func `an agent may start after the service`() async throws {
        let path = path
        try await reporting { factory in
            CoreMetrics.Counter(label: "jobs", factory: factory).increment()
            let agent = try ListeningAgent(path: path)
            _ = try await agent.accept()
        }
    }

    @Test func `a service that cannot reach any agent runs and stops as if nothing were`() async throws {
        try await reporting { factory in CoreMetrics.Counter(label: "jobs", factory: factory).increment() }
    }

    @Test func `names that an agent would refuse are refused at once`() {
        for (service, instance) in [("", "a"), ("a", ""), ("a", "b\n"), (String(repeating: "x", count: 129), "a")] {
            #expect(throws: ReporterError.self) {
                try Reporter(service: service, instance: instance, socketPath: path, logger: logger)
            }
        }
        #expect(throws: ReporterError.self) {
            try Reporter(service: "a", instance: "b", socketPath: "/tmp/" + String(repeating: "x", count: 108), logger: logger)
        }
    }
}
