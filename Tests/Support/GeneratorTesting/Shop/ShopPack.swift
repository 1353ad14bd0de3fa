import AgentMetrics
package import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusRules
package import ApusTopology
import MonitoringPacks

/// The monitoring of a shop's orders: a pack of a user's own, with alerts, with dashboards, and with one in the place of another pack's.
package struct ShopPack: MonitoringPack {
    package let place: SourcePlace
    package let concern = "orders"

    package init(fileID: String = #fileID, line: Int = #line) { place = SourcePlace(fileID: fileID, line: line) }

    package func alerts(in fleet: Fleet) -> [Alert] { fleet.records(.orders) ? ShopAlerts(fleet: fleet).all : [] }

    package func dashboards(of fleet: Fleet) -> [Dashboard] {
        fleet.records(.orders) ? ShopDashboards(fleet: fleet).all : []
    }
}

extension FleetDashboard {
    static let orders = FleetDashboard("orders", of: ShopPack.self) { $0.records(.orders) }
    /// The orders that wait, and before them what waits at brokers: in the place of the dashboard of brokers alone.
    static let waitingOrders = FleetDashboard("queue", of: ShopPack.self) { $0.records(.orders) }
}

/// Whether orders are paid in time and packed.
private struct ShopAlerts {
    let fleet: Fleet

    var all: [Alert] { [ordersPileUp, paymentsDeclined, slowCheckout] }

    private var limits: Thresholds { fleet.thresholds }
    private var window: RateWindow { fleet.rateWindow }
    private var recorders: [FleetService] { fleet.services.filter { $0.records.contains(.orders) } }

    private var ordersPileUp: Alert {
        let limit = limits[Threshold.waitingOrders].value
        let service = recorders.first?.name ?? ""
        func waiting(_ instance: String, _ state: QueueState, _ course: InputCourse, of other: String? = nil) -> AlertInput {
            AlertInput(
                ShopMetrics.waiting,
                [.service: other ?? service, .instance: instance, .label(.state): state.rawValue], course)
        }
        return Alert(
            "OrdersPileUp", when: ShopQueries.waiting(ShopMetrics.waiting.series.of(recorders)),
            above: limits[Threshold.waitingOrders], summary: "Orders pile up.",
            description: """
                \(value: .decimals(0)) orders wait for service \(.service); the limit is \(limits[Threshold.waitingOrders]).
                """,
            runbook: Runbook(
                meaning: "More orders wait to be packed than `Thresholds.waitingOrders`.", impact: "Parcels leave late.",
                queries: [.init("Orders by state", ShopQueries.waitingByState)], actions: ["Add packers."]),
            inputs: [
                waiting("one", .pending, .constant(limit - 100)), waiting("one", .locked, .constant(1)),
                waiting("two", .pending, .level(quiet: limit - 1, bad: limit)), waiting("two", .locked, .constant(1)),
                waiting("six", .pending, .constant(limit + 1), of: "not-\(service)"),
            ])
    }

    private var paymentsDeclined: Alert {
        let limit = limits[Threshold.declinedPayments]
        let declined = 0.5 * limit.value
        func input(_ counter: Counter<PaymentLabels>, _ instance: String, _ course: InputCourse) -> AlertInput {
            AlertInput(counter, [.service: "a", .instance: instance, .label(.method): "card"], course)
        }
        return Alert(
            "PaymentsDeclined", when: ShopQueries.declinedShare(over: window), above: limit,
            summary: "Many payments are declined.",
            description: "\(value: .percentage) of the orders at service \(.service) are not paid; the limit is \(limit).",
            runbook: Runbook(
                meaning: "Among all orders, more are not paid than `Thresholds.declinedPayments`.", impact: "Sales are lost.",
                queries: [.init("Orders per second", ShopQueries.orders(over: window))],
                actions: ["Look at the payment provider's status page."]),
            inputs: [
                input(ShopMetrics.declined, "one", .rising(to: declined * 0.6)),
                input(ShopMetrics.declined, "two", .rising(to: declined * 0.4)),
                input(ShopMetrics.orders, "one", .falling(to: 0.3)), input(ShopMetrics.orders, "two", .falling(to: 0.2)),
            ])
    }

    private var slowCheckout: Alert {
        let limit = limits[Threshold.checkoutTime]
        return Alert(
            "SlowCheckout",
            when: ShopMetrics.checkoutTime.series.bucketRates(over: window).sum(by: .service, .label(.method)).quantile(0.95),
            above: limit, summary: "Customers wait long for their order.",
            description: """
                One in twenty checkouts of service \(.service) by \(.label(.method)) takes \(value: .decimals(2)) s or longer; \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "The 95th percentile of the time of a checkout is past `Thresholds.checkoutTime`.",
                impact: "Customers give up.", actions: ["Look at the payment provider's status page."]),
            inputs: AlertInput.quantile(
                0.95, of: ShopMetrics.checkoutTime, [.service: "a", .instance: "one", .label(.method): "card"],
                crossing: limit.value))
    }
}

/// What a shop looks at: an overview with its orders, their payment, and what waits.
private struct ShopDashboards {
    let fleet: Fleet

    var all: [Dashboard] { [overview, orders, queue] }

    private var limits: Thresholds { fleet.thresholds }
    private var leastPaid: PanelThresholds { .least(limits[Threshold.declinedPayments].value.complement) }
    private let checkouts = ShopMetrics.checkoutTime.series.bucketRates(over: .rateInterval)

    private var overview: Dashboard {
        let common = FleetOverview(fleet: fleet)
        return common.dashboard(description: "Resources and orders of the \(fleet.name) fleet.") {
            PanelRow(height: 4) { [totalOrders, totalWaiting, activeWorkers, totalPaid] }
            PanelRow { [common.cpu, common.memory, common.heap] }
            PanelRow { [waiting("Waiting orders by state"), common.connections, common.uptime] }
            PanelRow { [throughput, paid] }
        }
    }

    private var orders: Dashboard {
        fleet.dashboard(
            .orders, title: "Orders", description: "Orders of the \(fleet.name) fleet, and how they are paid.",
            variables: [
                DashboardVariable(.job, of: ShopMetrics.orders), DashboardVariable(.service, of: ShopMetrics.orders),
                DashboardVariable(.instance, of: ShopMetrics.orders),
                DashboardVariable(.label(.method), of: ShopMetrics.orders),
            ]
        ) {
            PanelRow("Payment") {
                Panel("Orders by payment", description: "Orders per second by way of payment.", unit: .perSecond) {
                    PanelQuery(
                        ShopMetrics.orders.series.rate(over: .rateInterval).sum(by: .label(.method)),
                        legend: "\(.label(.method))")
                }
                Panel("Declined payments", description: "Orders that are not paid, among all.", unit: .ratio) {
                    PanelQuery(ShopQueries.declinedShare(over: .rateInterval), legend: "\(.service)")
                }.thresholds(.most(limits[Threshold.declinedPayments].value))
            }
            PanelRow("Checkout") {
                Panel("Time of a checkout", description: "Median, 95th and 99th percentile.", unit: .seconds) {
                    checkouts.percentiles
                }.thresholds(.most(limits[Threshold.checkoutTime].value))
                checkouts.heatmap("Checkouts over time", description: "How many took how long.")
            }
        }
    }

    private var queue: Dashboard {
        let hasBrokers = !fleet.brokers.isEmpty
        return fleet.dashboard(
            .waitingOrders, title: "Queue", description: "What waits for the packers of the \(fleet.name) fleet.",
            variables: hasBrokers ? BrokerSection.variables : []
        ) {
            PanelRow("Orders") { [waiting("Depth by state")] }
            if hasBrokers { BrokerSection(fleet: fleet).rows }
        }
    }

    private var totalOrders: Panel {
        Panel("Total orders", description: "Orders per second of the whole shop.", kind: .stat, unit: .perSecond) {
            PanelQuery(ShopMetrics.orders.series.rate(over: .rateInterval).sum(), legend: "orders")
        }.linked(to: .orders, "Orders", of: fleet)
    }

    private var totalWaiting: Panel {
        Panel("Waiting orders", description: "Orders that wait, in all states.", kind: .stat, unit: .count) {
            PanelQuery(ShopQueries.waitingByState.sum(), legend: "orders")
        }.thresholds(.most(limits[Threshold.waitingOrders].value)).linked(to: .waitingOrders, "Queue", of: fleet)
    }

    private var activeWorkers: Panel {
        let workers = fleet.services(role: .worker).reduce(0) { $0 + $1.instances.count }
        return Panel("Active workers", description: "Workers whose process lives and reports.", kind: .stat, unit: .count) {
            PanelQuery(FleetQueries.up(.worker, in: fleet).sum(), legend: "workers")
        }.thresholds(.least(Double(workers)))
    }

    private var totalPaid: Panel {
        Panel("Paid at once", description: "Orders whose payment is not declined, among all.", kind: .stat, unit: .ratio) {
            PanelQuery(ShopQueries.paidShare(over: .rateInterval), legend: "\(.service)")
        }.range(from: 0, to: 1).thresholds(leastPaid).linked(to: .objectives, "Objectives", of: fleet)
    }

    private var paid: Panel {
        Panel("Paid over time", description: "Orders whose payment is not declined, among all.", unit: .ratio) {
            PanelQuery(ShopQueries.paidShare(over: .rateInterval), legend: "\(.service)")
        }.range(from: 0, to: 1).thresholds(leastPaid).linked(to: .api, "API", of: fleet)
    }

    private var throughput: Panel {
        Panel(
            "Throughput", description: "Orders per second at each process, stacked up to the fleet's.", kind: .stackedLines,
            unit: .perSecond
        ) {
            PanelQuery(ShopMetrics.orders.series.rate(over: .rateInterval).sum(by: .instance), legend: "\(.instance)")
        }.linkedToInstance(of: fleet)
    }

    private func waiting(_ title: String) -> Panel {
        Panel(title, description: "Orders that wait by state, stacked up to all.", kind: .stackedLines, unit: .count) {
            PanelQuery(ShopQueries.waitingByState, legend: "\(.label(.state))")
        }.thresholds(.most(limits[Threshold.waitingOrders].value))
    }
}
