import AgentMetrics
import ApusDashboards
import ApusGenerator
import ApusPromQL
import Foundation

/// 500 dashboards of 20 panels, described, checked and written to a folder: `Dashboards FOLDER`.
@main
enum Dashboards {
    static func main() throws {
        guard CommandLine.arguments.count == 2 else {
            print("usage: Dashboards FOLDER")
            exit(2)
        }
        let files = try Dashboard.files(for: Array(1...500), dashboard: dashboard)
        let folder = CommandLine.arguments[1] + "/dashboards"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for file in files {
            let path = CommandLine.arguments[1] + "/" + file.path
            guard FileManager.default.createFile(atPath: path, contents: Data(file.contents.utf8)) else {
                print("\(path) cannot be written")
                exit(1)
            }
        }
    }

    /// Five rows of four panels; peer.py makes the same ones.
    @Sendable private static func dashboard(_ number: Int) -> Dashboard {
        Dashboard("service-\(number)", title: "Service \(number)", description: "Service \(number) at work.") {
            for row in 1...5 {
                PanelRow {
                    Panel("CPU \(row)", description: "CPU of each process.", unit: .percent) {
                        PanelQuery(service(Contract.cpuUsage, number).value, legend: "\(.instance)")
                    }.thresholds(.most(70))
                    Panel("Queue \(row)", description: "Notifications by state.", kind: .stackedLines, unit: .count) {
                        PanelQuery(
                            service(Notifications.queueDepth, number).value.max(by: .label(.state)), legend: "\(.label(.state))"
                        )
                    }.thresholds(.most(10_000))
                    Panel("Throughput \(row)", description: "Deliveries per second.", kind: .stat, unit: .perSecond) {
                        PanelQuery(
                            service(Notifications.delivered, number).rate(over: .rateInterval).sum(), legend: "delivered")
                    }
                    Panel("Latency \(row)", description: "Time of one attempt to deliver.", unit: .seconds) {
                        let buckets = service(Notifications.attemptDuration, number).bucketRates(over: .rateInterval).sum()
                        PanelQuery(buckets.quantile(0.5), legend: "p50")
                        PanelQuery(buckets.quantile(0.95), legend: "p95")
                        PanelQuery(buckets.quantile(0.99), legend: "p99")
                    }
                }
            }
        }
    }

    private static func service<Metric>(_ declaration: Metric, _ number: Int) -> Series<Metric> {
        declaration.series.matching(.service, "service-\(number)")
    }
}
