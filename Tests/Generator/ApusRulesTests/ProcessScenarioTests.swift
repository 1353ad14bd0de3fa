import ApusTopology
import GeneratorTesting
import Testing

/// What happens to processes: reports that cease, heaps that grow, and pools that are slow.
@Suite struct `Events of processes` {
    /// Parts of a series in promtool's notation.
    private static func runs(_ count: Int, _ part: (Int) -> String) -> String {
        (0..<count).map(part).joined(separator: " ")
    }

    // MARK: - Heaps

    private static func heap(_ instance: String) -> String { "service_process_heap_bytes{\(instance)}" }
    private static func start(_ instance: String) -> String { "service_process_start_time_seconds{\(instance)}" }

    private static let checkout = #"service="checkout",instance="checkout-1""#
    private static let ledger = #"service="ledger",instance="ledger-1""#
    private static let audit = #"service="audit",instance="audit-1""#

    /// A heap of 50 MB that grows by 100 MiB an hour and is collected after five; one that has 450 MB more after each collection.
    private static let collected = runs(6) { _ in "50000000+1747626x299" }
    private static let leaking = runs(6) { "\(50_000_000 + 450_000_000 * $0)+3000000x299" }

    private static let heaps: [RuleScenario] = [
        RuleScenario(
            "a heap warms up for an hour after a first start", of: heapFleet, every: "1m",
            [
                heap(audit): "6e6+5e6x60 306e6x600", start(audit): "1000x700", heap(ledger): "6e6+5e6x60 306e6x1000",
                start(ledger): "1000x1100",
            ],
            .at("65m", "HeapGrowth", 0), .at("2h", "HeapGrowth", 0), .at("3h10m", "HeapGrowth", 0),
            .at("7h", "HeapGrowth", 0), .at("13h10m", "HeapGrowth", 0)),
        RuleScenario(
            "a heap warms up for half an hour after a restart", of: heapFleet, every: "1m",
            [heap(audit): "6e6x290 6e6+10e6x30 306e6x260", start(audit): "1000x290 18400x290"],
            .at("6h", "HeapGrowth", 0), .at("6h30m", "HeapGrowth", 0), .at("7h10m", "HeapGrowth", 0), .at("8h", "HeapGrowth", 0)
        ),
        RuleScenario(
            "a heap that nothing collects grows for hours", of: heapFleet, every: "1m",
            [heap(audit): "1e8+2e6x300", start(audit): "1000x300"],
            .at("170m", "HeapGrowth", 0), .at("200m", "HeapGrowth", 1), .at("5h", "HeapGrowth", 1)),
        RuleScenario(
            "a heap is collected every ten minutes", of: heapFleet, every: "1m",
            [
                heap(audit): runs(40) { _ in "50000000+20000000x9" },
                start(audit): "1000x400",
            ], .at("3h20m", "HeapGrowth", 0), .at("3h25m", "HeapGrowth", 0), .at("6h", "HeapGrowth", 0)),
        RuleScenario(
            "a quiet service's heap is collected every five hours", of: heapFleet, every: "1m",
            [
                heap(ledger): collected, start(ledger): "1000x1800",
                heap(checkout): collected, start(checkout): "1000x1800",
            ],
            .at("4h", "HeapGrowth", 0), .at("9h", "HeapGrowth", 0), .at("14h", "HeapGrowth", 0), .at("15h30m", "HeapGrowth", 0),
            .at("19h", "HeapGrowth", 0), .at("24h", "HeapGrowth", 0), .at("29h", "HeapGrowth", 0)),
        RuleScenario(
            "a heap that is collected every five hours keeps 450 MB each time", of: heapFleet, every: "1m",
            [
                heap(ledger): leaking,
                start(ledger): "1000x1800",
            ],
            .at("12h", "HeapGrowth", 0), .at("14h", "HeapGrowth", 1), .at("17h", "HeapGrowth", 1), .at("21h", "HeapGrowth", 1),
            .at("26h", "HeapGrowth", 1), .at("29h", "HeapGrowth", 1)),
        RuleScenario(
            "a service of which nothing but its page is known is deployed anew, and warms up", of: heapFleet, every: "1m",
            [
                heap(checkout): "1500000000x900 50000000+20000000x60 1250000000x900",
                "process_start_time_seconds{\(checkout)}": "1000x900 55060x960",
            ],
            .at("16h", "HeapGrowth", 0), .at("17h", "HeapGrowth", 0), .at("22h30m", "HeapGrowth", 0),
            .at("24h", "HeapGrowth", 0), .at("28h30m", "HeapGrowth", 0)),
        RuleScenario(
            "the heap of a service of which nothing but its page is known grows for a day", of: heapFleet, every: "1m",
            [heap(checkout): "50000000+1400000x1500", "process_start_time_seconds{\(checkout)}": "1000x1500"],
            .at("12h", "HeapGrowth", 0), .at("14h", "HeapGrowth", 1), .at("24h", "HeapGrowth", 1)),
    ]

    // MARK: - Pools

    private static let pools = Fleet("pools") {
        FleetService("checkout", role: .api, records: [.pool]) { Instance("c1", port: 3001, metricsPort: 9101) }
    }

    private static func waits(_ part: String, _ bound: String? = nil) -> String {
        let le = bound.map { ",le=\"\($0)\"" } ?? ""
        return #"db_client_connections_wait_time_seconds_\#(part){service="checkout",instance="c1",pool="p"\#(le)}"#
    }

    private static let slowPools: [RuleScenario] = [
        RuleScenario(
            "one caller of a quiet night waits for a connection", of: pools,
            [
                waits("bucket", "0.1"): "10x60", waits("bucket", "1"): "10x20 11x40", waits("bucket", "+Inf"): "10x20 11x40",
                waits("count"): "10x20 11x40",
            ], .at("6m", "SlowPool", 0), .at("8m", "SlowPool", 0)),
        RuleScenario(
            "two of sixteen callers a minute wait", of: pools,
            [
                waits("bucket", "0.1"): "0+3.5x60", waits("bucket", "1"): "0+4x60", waits("bucket", "+Inf"): "0+4x60",
                waits("count"): "0+4x60",
            ], .at("8m", "SlowPool", 1)),
    ]

    private static let reports: [RuleScenario] = [
        RuleScenario(
            "a script that reported under a name that it captured has ended", of: polyglotFleet,
            [#"apus_service_report_age_seconds{service="reports",instance="reports-lisbon"}"#: "0+15x40"],
            .at("6m", "ReportsCease", 0))
    ]

    @Test(arguments: reports + heaps + slowPools)
    func `call whom they should, and nobody else`(scenario: RuleScenario) throws { try scenario.expectItToHold() }
}
