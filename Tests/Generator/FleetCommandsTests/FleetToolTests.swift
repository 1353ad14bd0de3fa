import ApusDashboards
import ApusLint
import ApusMetrics
import ApusPromQL
import ApusTopology
import ArgumentParser
import ExporterCatalog
import FleetCommands
import LiveChecks
import MonitoringPacks
import Testing

private enum ShopMetrics {
    static let baskets = Gauge<NoLabels>("shop_open_baskets", "Baskets that somebody fills at the moment.")
    static let orders = Counter<NoLabels>("shop_orders_total", "Orders that were paid.")
    static let declined = Counter<NoLabels>("shop_payments_declined_total", "Payments that were declined.")
    static let checkoutTime = Histogram<NoLabels>("shop_checkout_seconds", "Time from the last click to the order.")
}

private struct Shop: FleetTool {
    static let fleet = Fleet("shop") {
        FleetService("checkout", role: .api, records: []) { Instance("checkout-1", port: 8001, metricsPort: 9101) }
        Objective(
            "payments", of: "checkout", target: 0.98, bad: ShopMetrics.declined.series, total: ShopMetrics.orders.series)
        Alert(
            "BasketsPileUp", when: ShopMetrics.baskets.series.value.sum(by: .service) > 500, severity: .low,
            summary: "Many baskets are open.", description: "\(value: .decimals(0)) baskets of \(.service) are open.",
            runbook: Runbook(meaning: "Many.", impact: "Sales are lost.", actions: ["Look."]))
        Alert(
            "HostBusy", when: NodeExporter.Load.oneMinute.series.value.sum(by: .instance) > 100, severity: .low,
            summary: "A host is busy.", description: "\(.instance) is busy.",
            runbook: Runbook(meaning: "Busy.", impact: "It is slow.", actions: ["Look."]))
    }

    static let families = [ShopMetrics.checkoutTime.family, ShopMetrics.baskets.family]
    static let commands: Commands = [Check.self]
}

extension RecordedMetrics {
    fileprivate static let orders = Self("orders", families: [ShopMetrics.orders.family, ShopMetrics.declined.family])
}

/// A pack of one's own, whose alert and dashboard ask for what no other part of the fleet names.
private struct BasketPack: MonitoringPack {
    let place = SourcePlace()
    let concern = "baskets"

    func alerts(in fleet: Fleet) -> [Alert] {
        [
            Alert(
                "BasketsPileUp", when: ShopMetrics.baskets.series.value.sum(by: .service) > 500, severity: .low,
                summary: "Many baskets are open.", description: "\(value: .decimals(0)) baskets of \(.service) are open.",
                runbook: Runbook(meaning: "Many.", impact: "Sales are lost.", actions: ["Look."]))
        ]
    }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        [
            Dashboard("checkout", description: "How long customers wait.") {
                PanelRow {
                    Panel("Time", description: "Time to the order.", unit: .seconds) {
                        PanelQuery(
                            ShopMetrics.checkoutTime.series.bucketRates(over: .rateInterval).sum().quantile(0.5), legend: "p50")
                    }
                }
            }
        ]
    }
}

/// A tool whose fleet records a group of its own and, in production, has a pack of its own.
private struct Packed: FleetTool {
    static let fleet = Fleet("packed") {
        FleetService("checkout", role: .api, records: [.requests, .orders]) {
            Instance("checkout-1", port: 8001, metricsPort: 9101)
        }
        Variation(.production) { BasketPack() }
    }

    static let dashboards = [
        Dashboard("visits", description: "Who comes.") {
            PanelRow {
                Panel("Visits", description: "Visits per second.", unit: .perSecond) {
                    PanelQuery(Visits.total.series.rate(over: .rateInterval).sum(), legend: "visits")
                }
            }
        }
    ]
}

private enum Visits {
    static let total = Counter<NoLabels>("shop_visits_total", "Visits.")
}

/// A tool that takes every default.
private struct Bare: FleetTool {
    static let fleet = Fleet("bare") {
        FleetService("checkout", role: .api, records: []) { Instance("checkout-1", port: 8001, metricsPort: 9101) }
    }
}

@Suite struct `A tool for a fleet of one's own` {
    @Test func `has the commands of every fleet, and those that it adds`() {
        let all = ["generate", "explain", "topology", "local", "promql", "lint"]
        #expect(Bare.configuration.subcommands.map { $0.configuration.commandName } == all)
        #expect(Shop.configuration.subcommands.map { $0.configuration.commandName } == all + ["check"])
    }

    @Test func `reads the options of a command that it adds`() throws {
        let check = try #require(try Shop.parseAsRoot(["check", "--agent", "http://127.0.0.1:9480"]) as? Shop.Check)
        #expect(type(of: check) == CheckCommand<DeclaredFleet<Shop>>.self)
        #expect(throws: (any Error).self) { try Shop.parseAsRoot(["check"]) }
        #expect(throws: (any Error).self) { try Bare.parseAsRoot(["check", "--agent", "http://127.0.0.1:9480"]) }
    }

    @Test func `declares what it names and what its alerts and objectives ask for, each once and without what every fleet has`()
    {
        #expect(
            DeclaredFleet<Shop>.families.map(\.name)
                == ["shop_checkout_seconds", "shop_open_baskets", "shop_payments_declined_total", "shop_orders_total"])
        #expect(DeclaredFleet<Bare>.families.isEmpty)
    }

    @Test func `declares what its services record, and what its packs and dashboards ask for`() {
        #expect(
            DeclaredFleet<Packed>.families.map(\.name)
                == [
                    "shop_orders_total", "shop_payments_declined_total", "shop_visits_total", "shop_open_baskets",
                    "shop_checkout_seconds",
                ])
    }

    @Test(
        arguments: [
            ("shop_orders_total > 1", ["bareCounter"]), ("rate(shop_open_baskets[5m])", ["rateOfGauge"]),
            ("shop_open_baskets{queue=\"a\"}", ["missingLabel"]), ("shop_sales", ["unknownMetric"]),
        ])
    func `lints with what it declares`(expression: String, kinds: [String]) throws {
        let known = SeriesDeclarations.known(more: DeclaredFleet<Shop>.families)
        let findings = try PromQLExpression(parsing: expression).findings(
            declarations: known, context: CheckContext(.recording, strictness: .foreign, reportsUnknownMetrics: true))
        #expect(findings.map { $0.kind.rawValue } == kinds)
    }
}
