import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import FleetCommands
import LiveChecks

/// What the shop's services record, declared once: services, alerts and panels take it from here.
enum ShopMetrics {
    static let orders = Counter<PaymentLabels>("shop_orders_total", "Orders that were paid, by way of payment.")
    static let declined = Counter<PaymentLabels>("shop_payments_declined_total", "Payments that were declined.")
    static let baskets = Gauge<NoLabels>("shop_open_baskets", "Baskets that somebody fills at the moment.")
    static let checkoutTime = Histogram<NoLabels>("shop_checkout_seconds", "Time from the last click to the order.")
}

/// How an order is paid.
struct PaymentLabels: LabelSet {
    enum Key: String, LabelKey { case method }
    let method: String
    subscript(key: Key) -> String { method }
}

/// The shop: its topology, its own alert, its own pack and its own dashboard.
@main
struct Shop: FleetTool {
    static let fleet = Fleet("shop") {
        FleetService(
            "checkout", role: .api,
            program: ServiceCommand(
                "shop",
                arguments: [
                    ["checkout"], ["--name", "\(.instance)"], ["--listen", "\(.host):\(.port)"],
                    ["--reports", "\(.agentSocket)"],
                ], environment: ["SHOP_DATA": "\(.dataFolder)/checkout"], stopGrace: .seconds(30)),
            records: [.requests]
        ) {
            for number in 1...2 { Instance("checkout-\(number)", port: 8000 + number, metricsPort: 9100 + number) }
        }
        FleetService(
            "packing", role: .worker,
            program: ServiceCommand(
                "shop", arguments: [["packing"], ["--name", "\(.instance)"], ["--reports", "\(.agentSocket)"]]),
            records: []
        ) {
            Instance("packing-1", metricsPort: 9111)
        }
        Agents(.besideEachInstance)
        Scraping(interval: .seconds(15))
        Thresholds(.memory(.mebibytes(256), .high))
        Objective.availability(of: "checkout", 0.999)
        Objective(
            "payments", of: "checkout", target: 0.98, bad: ShopMetrics.declined.series, total: ShopMetrics.orders.series)
        SalesPack()
        Alert(
            "PaymentsDeclined", when: ShopMetrics.declined.series.rate(over: .minutes(5)).sum(by: .service) > 0.5,
            severity: .low, summary: "Many payments are declined.",
            description: "\(value: .decimals(1)) payments a second to \(.service) are declined.",
            runbook: Runbook(
                meaning: "More than one payment in two seconds is declined.", impact: "Sales are lost.",
                queries: [.init("Orders a minute", ShopMetrics.orders.series.rate(over: .minutes(5)).sum() * 60)],
                actions: ["Look at the payment provider's status page."]))
        Routing(default: "team") {
            Receiver("team", .webhook(url: "http://127.0.0.1:8025/alerts"))
        }
    }

    /// `Shop check` asks what runs.
    static let commands: Commands = [Check.self]

    static let dashboards = [
        Dashboard("shop-sales", title: "Sales", description: "What is sold, and how long customers wait for it.") {
            PanelRow("Orders") {
                Panel("Orders", description: "Orders paid per second, by way of payment.", unit: .perSecond) {
                    PanelQuery(
                        ShopMetrics.orders.series.rate(over: .rateInterval).sum(by: .label(.method)),
                        legend: "\(.label(.method))")
                }
            }
            PanelRow {
                Panel(
                    "Time to order", description: "From the last click to the order: median and 95th percentile.",
                    unit: .seconds
                ) {
                    PanelQuery(
                        ShopMetrics.checkoutTime.series.bucketRates(over: .rateInterval).sum().quantile(0.5), legend: "p50")
                    PanelQuery(
                        ShopMetrics.checkoutTime.series.bucketRates(over: .rateInterval).sum().quantile(0.95), legend: "p95")
                }
            }
        }
    ]
}
