import ApusMetrics
import ApusReporting
import Atomics
import Benchmark
import CoreMetrics
import Logging

/// Recording through the handles that a service holds; `Ratios` compares them in one run.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.cpuTotal, .syscalls, .throughput], scalingFactor: .mega, maxDuration: .seconds(2), maxIterations: 200)

    let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
    guard
        let reporter = try? Reporter(
            service: "benchmark", instance: "one", socketPath: "/tmp/apus-benchmark.sock", logger: logger)
    else { return }
    let factory = reporter.factory
    let counter = ApusMetrics.Counter<NoLabels>("operations_total", "Operations.").handle(factory: factory)
    let histogram = ApusMetrics.Histogram<NoLabels>("operation_seconds", "Time of an operation.").handle(factory: factory)
    let meter = ApusMetrics.Gauge<NoLabels>("operations_open", "Open operations.").handle(factory: factory)
    let bare = ManagedAtomic<UInt64>(0)

    Benchmark("a bare atomic add") { benchmark in
        for _ in benchmark.scaledIterations { bare.wrappingIncrement(ordering: .relaxed) }
    }
    Benchmark("a counter's increment") { benchmark in
        for _ in benchmark.scaledIterations { counter.increment() }
    }
    Benchmark("a meter's set") { benchmark in
        for index in benchmark.scaledIterations { meter.set(index) }
    }
    Benchmark("a histogram's observation") { benchmark in
        for index in benchmark.scaledIterations { histogram.record(Double(index & 4095) / 1000) }
    }
}
