import AsyncHTTPClient
import CoreMetrics
import DeliveryWorker
import LoadTest
import NIOCore
import NIOHTTP1
import NotificationStore
import NotificationTesting
import Testing

@Suite(.timeLimit(.minutes(3))) struct `A load test of the platform` {
    private func soundWorker(_ store: any NotificationStore) -> DeliveryWorker {
        var configuration = WorkerConfiguration()
        configuration.pollInterval = .milliseconds(50)
        return DeliveryWorker(
            store: store, configuration: configuration, factory: NOOPMetricsHandler.instance, logger: quietLogger)
    }

    @Test func `finds that everything sent is delivered once`() async throws {
        try await Platform.run(worker: soundWorker) { platform in
            let report = try await platform.load()
            #expect(report.passed, "\(report.text)")
            #expect(report.sent == 40)
            #expect(report.accepted == 40)
            #expect(report.delivered == 40)
            #expect(report.duplicates == 0)
            #expect(report.lost == 0)
            #expect(report.enqueue.count == 40)
            #expect(report.delivery.count == 40)
            #expect(report.delivery.p50 >= report.service.p50)
            #expect(report.acceptedPerSecond > 10 && report.acceptedPerSecond <= 20)
            // The receiver counts what the store knows.
            let counts = try await platform.store.counts()
            #expect(counts.pending + counts.processing + counts.delivered == 40)
        }
    }

    @Test func `finds one notification that is delivered twice`() async throws {
        try await Platform.run(worker: { CarelessWorker(store: $0) { $0 == 17 ? 2 : 1 } }) { platform in
            let report = try await platform.load()
            #expect(report.duplicates == 1)
            #expect(report.delivered == 40)
            #expect(!report.passed)
            #expect(report.missed.map(\.name) == ["duplicates"])
        }
    }

    @Test func `finds one notification that is never delivered, though the store says so`() async throws {
        try await Platform.run(worker: { CarelessWorker(store: $0) { $0 == 17 ? 0 : 1 } }) { platform in
            let report = try await platform.load(settle: .seconds(3))
            #expect(report.lost == 1)
            #expect(report.delivered == 39)
            #expect(!report.passed)
            #expect(report.missed.map(\.name) == ["lost"])
        }
    }

    @Test func `finds everything lost when nothing delivers`() async throws {
        try await Platform.run(worker: nil) { platform in
            let report = try await platform.load(settle: .milliseconds(100))
            #expect(report.accepted == 40)
            #expect(report.lost == 40)
            #expect(!report.passed)
        }
    }

    @Test func `fails every request when there is no API, and measures on schedule`() async throws {
        let plan = LoadPlan(
            rate: 50, duration: .milliseconds(400), users: 1, apis: ["http://127.0.0.1:1"], settle: .zero, linger: .zero,
            requestTimeout: .seconds(1))
        let report = try await LoadGenerator(plan: plan, thresholds: .forTests, logger: quietLogger)
            .perform(stopsOnSignals: false)
        #expect(report.sent == 20)
        #expect(report.failed == 20)
        #expect(report.errorRate == 1)
        #expect(Set(report.missed.map(\.name)) == ["accepted", "error rate"])
    }

    @Test func `a receiver that cannot listen ends it with the reason`() async throws {
        try await Platform.run(worker: nil) { platform in
            let port = Int(platform.api.split(separator: ":").last ?? "") ?? 0
            let plan = LoadPlan(rate: 1, duration: .seconds(1), users: 1, apis: [platform.api])
            let generator = LoadGenerator(
                plan: plan, thresholds: .forTests, receiverPort: port, logger: quietLogger)
            await #expect(
                throws: ReceiverError.cannotListen(host: "127.0.0.1", port: port, reason: "another process listens there")
            ) { try await generator.perform(stopsOnSignals: false) }
        }
    }
}
