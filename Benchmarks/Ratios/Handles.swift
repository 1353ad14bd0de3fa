import CoreMetrics

/// What it costs to make a swift-metrics handle at each call, as libraries do that know their labels only then, and to count with it;
/// beside a backend that does nothing, which is what swift-metrics itself takes.
enum Handles {
    private static let calls = 200_000

    /// - Returns: nanoseconds of a call without dimensions, and with three.
    static func report(_ factory: any MetricsFactory) -> (none: Double, three: Double) {
        var best = [String: Double]()
        for _ in 0..<20 {
            for (name, factory) in [("segment", factory), ("nothing", NOOPMetricsHandler.instance as any MetricsFactory)] {
                measure("\(name) none", &best) { without(factory, $0) }
                measure("\(name) three", &best) { with(factory, $0) }
            }
        }
        func line(_ words: String, _ key: String, _ limit: Int) {
            let own = best["segment \(key)"] ?? .nan
            let least = best["nothing \(key)"] ?? .nan
            print("\(words)\(Ratios.text(own)) ns (at most \(limit)); a backend that does nothing: \(Ratios.text(least)) ns")
        }
        line("a handle at each call          ", "none", 80)
        line("  with three dimensions        ", "three", 150)
        return (best["segment none"] ?? .nan, best["segment three"] ?? .nan)
    }

    private static func measure(_ name: String, _ best: inout [String: Double], _ body: (Int) -> Void) {
        let start = Ratios.nanoseconds()
        for index in 0..<calls { body(index) }
        let each = Double(Ratios.nanoseconds() - start) / Double(calls)
        best[name] = min(best[name] ?? .infinity, each)
    }

    @inline(never)
    private static func without(_ factory: any MetricsFactory, _ index: Int) {
        CoreMetrics.Counter(label: "http.requests", factory: factory).increment()
    }

    @inline(never)
    private static func with(_ factory: any MetricsFactory, _ index: Int) {
        CoreMetrics.Counter(
            label: "http.server.requests",
            dimensions: [
                ("method", index & 1 == 0 ? "GET" : "POST"), ("route", "/api/v1/orders/:number"), ("status", "200"),
            ], factory: factory
        ).increment()
    }
}
