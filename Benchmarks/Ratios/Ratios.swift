import ApusMetrics
import ApusReporting
import Atomics
import CoreMetrics
import Glibc
import Logging

/// What recording costs, as ratios to a bare atomic add on the same machine in the same run.
///
/// Rounds of all candidates take turns, so that a noisy moment hits all of them; the fastest round of each counts. The exit code
/// is 1 when one of the limits that stand beside the ratios is missed.
@main
struct Ratios {
    static let rounds = 40
    static let operations = 2_000_000

    static func main() throws {
        let logger = Logger(label: "ratios") { _ in SwiftLogNoOpLogHandler() }
        let reporter = try Reporter(service: "benchmark", instance: "one", socketPath: "/tmp/apus-ratios.sock", logger: logger)
        let factory = reporter.factory
        let declaredCounter = ApusMetrics.Counter<NoLabels>("operations_total", "Operations.")
        let declaredHistogram = ApusMetrics.Histogram<NoLabels>("operation_seconds", "Time of an operation.")
        let counter = declaredCounter.series(in: reporter)
        let histogram = declaredHistogram.series(in: reporter)
        let gauge = ApusMetrics.Gauge<NoLabels>("operations_open", "Open operations.").series(in: reporter)
        let native = ApusMetrics.NativeHistogram<NoLabels>("operation_native_seconds", "Time of an operation.").series(
            in: reporter)
        let summary = ApusMetrics.Summary<NoLabels>("operation_sum_seconds", "Time of an operation.").series(in: reporter)
        let swiftCounter = declaredCounter.handle(factory: factory)
        let swiftHistogram = declaredHistogram.handle(factory: factory)
        let bare = ManagedAtomic<UInt64>(0)

        if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "--record", let count = Int(CommandLine.arguments[2]) {
            for index in 0..<count {
                counter.increment()
                swiftCounter.increment()
                gauge.set(Double(index))
                histogram.observe(Double(index) / 1000)
                swiftHistogram.record(Double(index) / 1000)
                native.observe(Double(index) / 1000)
                summary.observe(Double(index))
            }
            return
        }
        var best = [String: Double]()
        func measure(_ name: String, _ body: () -> Void) {
            let start = nanoseconds()
            body()
            let each = Double(nanoseconds() - start) / Double(operations)
            best[name] = min(best[name] ?? .infinity, each)
        }
        // Latencies as they come: spread over all buckets, in no order.
        var generator = SystemRandomNumberGenerator()
        let values = (0..<operations).map { _ in exp(Double.random(in: log(0.0003)...log(12), using: &generator)) }
        for _ in 0..<rounds {
            measure("bare") { for _ in 0..<operations { bare.wrappingIncrement(ordering: .relaxed) } }
            measure("counter") { for _ in 0..<operations { counter.increment() } }
            measure("swift counter") { for _ in 0..<operations { swiftCounter.increment() } }
            measure("gauge") { for index in 0..<operations { gauge.set(Double(index)) } }
            measure("histogram") { for value in values { histogram.observe(value) } }
            measure("native") { for value in values { native.observe(value) } }
            measure("summary") { for value in values { summary.observe(value) } }
            measure("swift histogram") { for value in values { swiftHistogram.record(value) } }
        }
        let handles = Handles.report(factory)
        let one = throughput(threads: 1, counter)
        let two = throughput(threads: 2, counter)
        let bareOne = bareThroughput(threads: 1)
        let bareTwo = bareThroughput(threads: 2)
        let base = best["bare"] ?? .nan
        let count = best["counter"] ?? .nan
        print("bare relaxed atomic add        \(text(base)) ns")
        func line(_ name: String, _ key: String, _ ratio: Double, _ words: String) {
            print("\(name)\(text(best[key] ?? .nan)) ns   \(text(ratio)) × \(words)")
        }
        line("counter increment              ", "counter", count / base, "the bare add (at most 1.3)")
        line("  through swift-metrics        ", "swift counter", (best["swift counter"] ?? .nan) / base, "the bare add")
        line("gauge set                      ", "gauge", (best["gauge"] ?? .nan) / base, "the bare add")
        line("histogram observation          ", "histogram", (best["histogram"] ?? .nan) / count, "the counter (at most 4)")
        line("  through swift-metrics        ", "swift histogram", (best["swift histogram"] ?? .nan) / count, "the counter")
        line("native histogram observation   ", "native", (best["native"] ?? .nan) / count, "the counter")
        line("summary observation            ", "summary", (best["summary"] ?? .nan) / count, "the counter")
        print(
            "two threads on one counter     \(text(two / one)) × the throughput of one (at least 1.6); a bare atomic: \(text(bareTwo / bareOne)) ×"
        )
        let encoding = Encoding.report()
        let limits = [
            ("counter increment", count / base <= 1.3), ("histogram observation", (best["histogram"] ?? .nan) / count <= 4),
            ("two threads on one counter", two / one >= 1.6), ("text of 100,000 counters", encoding.text <= 50),
            ("protobuf of 100,000 counters", encoding.protobuf <= 3),
            ("a handle at each call", handles.none <= 80 && handles.three <= 150),
        ]
        let missed = limits.filter { !$0.1 }.map(\.0)
        guard missed.isEmpty else {
            print("missed: \(missed.joined(separator: ", "))")
            exit(1)
        }
    }

    /// Increments a second by all threads together: the best of several runs.
    static func throughput(threads: Int, _ counter: CounterSeries) -> Double {
        best(threads) { for _ in 0..<operations { counter.increment() } }
    }

    static func bareThroughput(threads: Int) -> Double {
        let shared = ManagedAtomic<UInt64>(0)
        return best(threads) { for _ in 0..<operations { shared.wrappingIncrement(ordering: .relaxed) } }
    }

    static func best(_ threads: Int, _ body: @escaping @Sendable () -> Void) -> Double {
        (0..<20).map { _ in
            let start = nanoseconds()
            let handles = (0..<threads).map { _ in Thread(body) }
            for handle in handles { handle.join() }
            return Double(threads * operations) / Double(nanoseconds() - start)
        }.max() ?? 0
    }

    static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    static func text(_ value: Double) -> String {
        let hundredths = (value * 100).rounded() / 100
        return "\(hundredths)"
    }
}

/// A POSIX thread.
struct Thread {
    private let thread: pthread_t
    private final class Body { let run: () -> Void; init(_ run: @escaping () -> Void) { self.run = run } }

    init(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(Body(run)).toOpaque())
        self.thread = thread
    }

    func join() { pthread_join(thread, nil) }
}
