import CoreMetrics
import Testing

/// The rows of a real process.
@Suite struct KernelRowsTests {
    @Test func `counts of the kernel and of the segment are served as numbers`() async throws {
        try await RunningAgent.with { agent in
            try await agent.reporting("worker", "worker-1", seriesLimit: 4) { factory in
                for number in 0..<10 { factory.makeCounter(label: "jobs_\(number)", dimensions: []).increment(by: 1) }
                let samples = try await agent.get("/metrics").samples
                func value(_ name: String) -> Double? {
                    samples["\(name){service=\"worker\",instance=\"worker-1\"}"].flatMap { Double($0) }
                }
                let open = try #require(value("service_process_open_fds"))
                #expect(open >= 5)
                #expect(try #require(value("service_process_max_fds")) >= open)
                #expect(try #require(value("apus_service_series_dropped_total")) >= 6)
            }
        }
    }
}
