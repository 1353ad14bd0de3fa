import AgentMetrics
package import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology

/// Dashboards that between them have everything that the model can say.
package enum SampleDashboards {
    static let latency = ShopMetrics.checkoutTime.series.bucketRates(over: .rateInterval)
    static let throughput = ShopMetrics.orders.series.rate(over: .rateInterval)

    /// Every kind of panel, every option, folded and repeated sections.
    package static let everything = Dashboard(
        "everything", title: "Everything", description: "All that the model can say.", tags: ["apus", "sample"],
        variables: [.job, .service, .instance, DashboardVariable(.label(.state), of: ShopMetrics.waiting, isMultiple: false)],
        links: [.dashboards(tag: "apus"), .address("https://example.com/runbooks", "Runbooks")],
        annotations: [.firingAlerts, .firingAlerts(named: "High.*")], refresh: "1m", start: "now-6h"
    ) {
        PanelRow(height: 3) { Panel("About", markdown: "# About\nShows **$instance**.\t\"Quoted\" \\ and é.") }
        PanelRow("Traffic") {
            Panel("Throughput", description: "Orders per second.", kind: .stackedLines, unit: .messagesPerSecond) {
                PanelQuery(throughput.sum(by: .instance), legend: "\(.instance)")
                PanelQuery(throughput.sum(by: .instance), legend: "limit")
            }
            .thresholds(.most(warning: 0.5, critical: 12.25).drawn(.lineAndArea))
            .overrides(.limitLine("limit"), .matching("worker.*", .negative, .rightAxis), .ofQuery("B", .hidden))
            .legend(.table(.mean, .max, .last, placement: .right)).tooltip(.single).decimals(2)
            .links(.dashboard("detail", "Detail"))
            .dataLinks(.dashboard("detail", "This one", variablesFromLabels: ["instance": "instance"]))
            Panel("Bars", description: "The same as bars.", kind: .bars, unit: .messagesPerSecond, width: .share(2, of: 5)) {
                PanelQuery(throughput.sum(), legend: "ordered")
            }.range(from: nil, to: nil).legend(.hidden).tooltip(.hidden).thresholds(.least(1))
        }
        PanelRow(height: 5) {
            Panel("Gauge", description: "CPU.", kind: .gauge, unit: .percent) {
                PanelQuery(Contract.cpuUsage.series.value.max(), legend: "CPU")
            }.range(from: 0, to: 100).thresholds(.most(70))
            Panel("Bar gauge", description: "CPU.", kind: .barGauge(of: .max), unit: .percent) {
                PanelQuery(Contract.cpuUsage.series.value, legend: "\(.service) \(.instance)")
            }
            Panel("Stat", description: "CPU.", kind: .stat(of: .mean, graph: .none), unit: .percent) {
                PanelQuery(
                    Contract.cpuUsage.series.value.avg(), legend: "CPU",
                    narrowing: .only(["job"], because: "the fleet as a whole"))
            }
        }
        PanelRow("Latency", isCollapsed: true) {
            Panel("Buckets", description: "Latency over time.", kind: .heatmap, unit: .seconds) { PanelQuery(latency.sum()) }
            Panel("Up", description: "Whether each runs.", kind: .stateTimeline, unit: .none) {
                PanelQuery(ServiceState.up.series.value, legend: "\(.instance)")
            }.mappings(
                .value(0, "down", .red), .value(1, "up", .green), .range(from: 2, to: nil, "?"), .missing("unseen", .gray))
        }
        PanelRow {
            Panel("Instances", description: "All of them.", kind: .table, unit: .none) {
                PanelQuery(ServiceState.up.series.value, legend: "Up")
                PanelQuery(Contract.memoryUsage.series.value, legend: "Memory")
            }.overrides(
                .named(
                    "Memory", .unit(.bytes), .decimals(1), .coloredCells, .columnWidth(120), .thresholds(.most(536_870_912)),
                    .links([.dashboard("detail", "Detail")])),
                .named("Up", .mappings([.value(1, "yes")]), .displayName("Runs"), .minimum(0), .maximum(1), .hidden))
        }
        PanelRow("Each: $instance", repeatedFor: "instance") {
            Panel("CPU of $instance", description: "CPU.", unit: .percent) {
                PanelQuery(Contract.cpuUsage.series.value, legend: "CPU")
            }
            Panel("By service", description: "CPU.", unit: .percent, width: .quarter) {
                PanelQuery(Contract.cpuUsage.series.value, legend: "\(.instance)")
            }.repeated(for: "service", perRow: 2)
        }
    }

    /// Where the links lead.
    package static let detail = Dashboard("detail", description: "One instance.") {
        PanelRow {
            Panel("Memory", description: "Resident memory.", unit: .bytes) {
                PanelQuery(Contract.memoryUsage.series.value, legend: "\(.instance)")
            }.repeated(for: "instance", .vertical)
        }
    }

    package static let all = [everything, detail]
}
