package import ApusTopology

/// A fleet of services in other languages: those that it starts, one of each way to report, and those that it finds.
package let polyglotFleet = Fleet("polyglot") {
    FleetService(
        "checkout", role: .api, runtime: .node, reports: .openTelemetry,
        program: ServiceCommand(
            "node",
            arguments: [["/srv/checkout/server.mjs"], ["--name", "\(.instance)"], ["--listen", "\(.host):\(.port)"]],
            environment: ["NODE_ENV": "production", "POOL_SIZE": "\(.connections)"]),
        records: [.requests, .heap, .eventLoopLag], scaling: Scaling(minimum: 2, maximum: 4)
    ) {
        for number in 1...2 { Instance("checkout-\(number)", port: 8100 + number, metricsPort: 9100 + number) }
    }
    FleetService(
        "packing", role: .worker, runtime: .python, reports: .text,
        program: ServiceCommand(
            ServiceExecutable("python3", path: "/srv/packing/venv/bin/python3"),
            arguments: [["-m", "packing"], ["--name", "\(.instance)"], ["--orders", "\(.dataFolder)/orders"]]), records: []
    ) {
        Instance("east", metricsPort: 9111)
        Instance("west", metricsPort: 9112)
    }
    FleetService(
        "ledger", role: .worker, runtime: .java, reports: .openTelemetry,
        program: ServiceCommand("java", arguments: [["-jar", "/srv/ledger.jar"]]), records: [.heap, .connections]
    ) {
        Instance("ledger-1", metricsPort: 9121)
    }
    FleetService(
        "database", runtime: .other, found: [.unit("postgresql@*.service")],
        limits: ResourceLimits(memory: .mebibytes(2048))
    ) {
        Instance("database-1", metricsPort: 9131)
    }
    FleetService(
        "reports", runtime: .ruby,
        found: [
            ProcessMatch(executable: "ruby", command: #"^ruby /srv/reports/(?<site>\w+)/worker\.rb"#),
            ProcessMatch(command: #"^sidekiq .*\[reports-(?<site>\w+)\]"#, user: "1000"),
        ], named: "reports-${site}")
    FleetService("audit", role: .worker, records: []) { Instance("audit-1", metricsPort: 9141) }
    Agents(.perHost)
    Thresholds(.memory(.mebibytes(256), .high))
}
