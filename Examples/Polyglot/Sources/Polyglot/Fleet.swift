import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import FleetCommands
import LiveChecks

/// A fleet whose services are in Node.js and Python: its topology, its own alert and its own dashboard.
@main
struct Polyglot: FleetTool {
    static let fleet = Fleet("polyglot") {
        FleetService(
            "checkout", role: .api, runtime: .node, reports: .text,
            program: ServiceCommand(
                "node",
                arguments: program("checkout.mjs") + [
                    ["--name", "\(.instance)"], ["--listen", "\(.host):\(.port)"], ["--data", "\(.dataFolder)"],
                ], sharedFiles: orders),
            records: [.requests, .heap, .eventLoopLag, .checkout]
        ) {
            for number in 1...2 { Instance("checkout-\(number)", port: 7100 + number, metricsPort: 7200 + number) }
        }
        FleetService(
            "packing", role: .worker, runtime: .python, reports: .openTelemetry,
            program: ServiceCommand(
                "python3", arguments: program("packing.py") + [["--name", "\(.instance)"], ["--data", "\(.dataFolder)"]],
                sharedFiles: orders),
            records: [.packing]
        ) {
            Instance("packing-1", metricsPort: 7211)
        }
        // A service that serves a page of metrics itself.
        FleetService(
            "shipping", role: .worker, runtime: .python, page: MetricsPage(),
            program: ServiceCommand(
                "python3",
                arguments: program("shipping.py") + [
                    ["--name", "\(.instance)"], ["--data", "\(.dataFolder)"], ["--metrics", "\(.host):\(.metricsPort)"],
                ], sharedFiles: orders),
            records: [.shipping]
        ) {
            Instance("shipping-1", metricsPort: 7221)
        }
        Agents(.perHost, port: 7480, reportPort: 7418)
        Scraping(prometheusPort: 7490)
        Thresholds(.memory(.mebibytes(256), .high), .eventLoopLag(.milliseconds(500)))
        Objective.availability(of: "checkout", 0.999)
        Alert(
            "OrdersFail", when: PackingMetrics.failures.series.rate(over: .minutes(5)).sum(by: .service) > 0.01,
            severity: .high, summary: "Orders cannot be packed.",
            description: "\(value: .decimals(3)) orders a second that come to \(.service) cannot be packed.",
            runbook: Runbook(
                meaning: "The packing finds orders that it does not understand.", impact: "Nobody gets what was paid for.",
                queries: [.init("Orders a second", CheckoutMetrics.orders.series.rate(over: .minutes(5)).sum())],
                actions: ["Look at the orders in the folder `failed`, and at what the last release of the checkout changed."]))
        // One of them on a machine for development, where nobody wants to wait.
        Variation(.development) {
            Agents(.perHost, port: 7480, reportPort: 7418, samplingInterval: .seconds(1))
            Scraping(interval: .seconds(1), prometheusPort: 7490)
            Alerting(hold: .seconds(5))
        }
    }

    /// Where the program of a service lies: below `/srv` where it is installed, here in this checkout.
    private static func program(_ name: String) -> [ServiceArgument] {
        [
            ServiceArgument("/srv/polyglot/\(name)", in: [.systemd, .compose, .kubernetes]),
            ServiceArgument("Services/\(name)", in: [.child]),
        ]
    }

    private static let orders = SharedFiles(
        composeRemark: "Orders and parcels lie in one volume, which the checkout, the packing and the shipping share.",
        kubernetesRemark: "Orders and parcels: the pods that share them run on one node.")

    /// `Polyglot check` asks what runs.
    static let commands: Commands = [Check.self]

    static let families = Reported.families

    static let dashboards = [
        Dashboard("polyglot-orders", title: "Orders", description: "What is ordered, and what becomes of it.") {
            PanelRow("Orders") {
                Panel("Orders", description: "Orders and their items per second.", unit: .perSecond) {
                    PanelQuery(CheckoutMetrics.orders.series.rate(over: .rateInterval).sum(), legend: "orders")
                    PanelQuery(CheckoutMetrics.items.series.rate(over: .rateInterval).sum(), legend: "items")
                }
                Panel(
                    "Parcels", description: "Parcels that were packed per second, by how full they are, and shipped.",
                    unit: .perSecond
                ) {
                    PanelQuery(
                        PackingMetrics.parcels.series.rate(over: .rateInterval).sum(by: .label(.size)),
                        legend: "\(.label(.size))")
                    PanelQuery(ShippingMetrics.parcels.series.rate(over: .rateInterval).sum(), legend: "shipped")
                }
            }
            PanelRow {
                Panel("Time to pack", description: "Time that orders take to pack, 95th percentile.", unit: .seconds) {
                    PanelQuery(
                        PackingMetrics.duration.series.bucketRates(over: .rateInterval).sum(by: .service).quantile(0.95),
                        legend: "\(.service)")
                }
                Panel("Waiting orders", description: "Orders that nobody has packed yet.", unit: .count) {
                    PanelQuery(PackingMetrics.depth.series.value.max(by: .label(.state)), legend: "\(.label(.state))")
                }
            }
        }
    ]
}
