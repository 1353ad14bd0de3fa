import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import MonitoringPacks

extension Threshold {
    /// The number of baskets that are open at once.
    static let baskets = ThresholdKey.count("baskets", 500, .low, "open baskets")
}

/// What the shop sells: alerts and dashboards of one subject, for every fleet that has this pack between its braces.
struct SalesPack: MonitoringPack {
    let place = SourcePlace()
    let concern = "sales"  // rules/sales-alerts.yml

    func alerts(in fleet: Fleet) -> [Alert] { [basketsPileUp(in: fleet)] }

    /// A basket says nothing while nobody can pay for it.
    func inhibitions(in fleet: Fleet) -> [Inhibition] {
        [Inhibition(of: ["BasketsPileUp"], while: [.serviceAbsent], equal: [TargetKey.service])]
    }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        [
            Dashboard("baskets", title: "Baskets", description: "Baskets that somebody fills at the moment.") {
                PanelRow {
                    Panel("Open baskets", description: "Baskets by service, and the most that is usual.", unit: .count) {
                        PanelQuery(baskets, legend: "\(.service)")
                    }.thresholds(.limit(of: basketsPileUp(in: fleet)))
                }
            }
        ]
    }

    private var baskets: InstantVector<SeriesKey<NoKey>> { ShopMetrics.baskets.series.value.sum(by: .service) }

    private func basketsPileUp(in fleet: Fleet) -> Alert {
        let limit = fleet.thresholds[Threshold.baskets]
        return Alert(
            "BasketsPileUp", when: baskets, above: limit, summary: "Many baskets are open and few are paid.",
            description: "\(value: .decimals(0)) baskets of \(.service) are open; the limit is \(limit).",
            runbook: Runbook(
                meaning: "More baskets are open at once than `Thresholds.baskets`.",
                impact: "Sales are lost while customers wait.",
                actions: ["Look at the payment provider's status page.", "Look at the checkout's latency."]))
    }
}
