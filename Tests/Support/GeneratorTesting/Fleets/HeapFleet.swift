package import ApusTopology

/// A fleet of services with heaps of all kinds: one that is given back at once, one that is collected now and then, and one of which nothing
/// but its page is known.
package let heapFleet = Fleet("heaps") {
    FleetService(
        "ledger", role: .worker, runtime: .java, reports: .openTelemetry,
        program: ServiceCommand("java", arguments: [["-jar", "/srv/ledger.jar"]]), records: [.heap]
    ) {
        Instance("ledger-1", metricsPort: 9121)
    }
    FleetService("checkout", runtime: .java, found: [], page: MetricsPage(), records: [.heap]) {
        Instance("checkout-1", metricsPort: 9131)
    }
    FleetService("audit", role: .worker, records: []) { Instance("audit-1", metricsPort: 9141) }
    Agents(.perHost)
}
