// A service with a series of every kind, whose values are set once and then stand still:
//   reporting-service SOCKET
// For tests that compare what arrives in Prometheus by one format with what arrives by another.
import ApusMetrics
import ApusReporting
import Glibc
import Logging

struct RouteLabels: LabelSet {
    enum Key: String, LabelKey { case route }
    let route: String
    subscript(key: Key) -> String { route }
}

enum BreakerState: String, CaseIterable { case closed, open, halfOpen = "half open \"½\"" }

guard CommandLine.arguments.count == 2 else {
    print("usage: reporting-service SOCKET")
    exit(64)
}
let logger = Logger(label: "reporting-service")
let reporter = try Reporter(service: "formats", instance: "formats-1", socketPath: CommandLine.arguments[1], logger: logger)
let routes = ["/", "/a\"b\\c\nd", "/ü/日本/🙂", ""].map(RouteLabels.init)
let traced = [("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736")]

let orders = Counter<RouteLabels>("formats_orders_total", "Orders: \"quoted\", with \\ and\na second line.", exemplars: true)
let paid = Counter<RouteLabels>("formats_paid_seconds_total", "A counter with fractions.")
let level = Gauge<RouteLabels>("formats_level_ratio", "A gauge of all sorts.")
let latency = Histogram<RouteLabels>("formats_latency_seconds", "Explicit bounds.", buckets: [0.005, 1, 2.5], exemplars: true)
let size = NativeHistogram<RouteLabels>("formats_work_seconds", "Exponential bounds.")
let waits = Summary<RouteLabels>("formats_wait_seconds", "Count and sum.")
let version = Info<RouteLabels>("formats_build_info", "What runs.")
let breaker = StateSet<BreakerState, RouteLabels>("formats_breaker", "State of a breaker.")

let levels: [Double] = [-1.5e-300, .infinity, .nan, -0.1]
for (number, labels) in routes.enumerated() {
    orders.series(labels, in: reporter).increment(by: (1 << 60) + number, exemplar: traced)
    paid.floatingSeries(labels, in: reporter).increment(by: 0.1 + 0.2 * Double(number))
    level.series(labels, in: reporter).set(levels[number])
    let observed = latency.series(labels, in: reporter)
    for value in [0.001, 0.005, 0.7, 2.5, 100] { observed.observe(value * Double(number + 1), exemplar: traced) }
    let native = size.series(labels, in: reporter)
    for step in 1...1000 { native.observe(Double(step) / 100 * Double(number + 1)) }
    let waited = waits.series(labels, in: reporter)
    for step in 1...7 { waited.observe(Double(step) / 3) }
    version.publish(labels, in: reporter)
    breaker.series(labels, in: reporter).set(BreakerState.allCases[number % 3])
}
try await reporter.run()
