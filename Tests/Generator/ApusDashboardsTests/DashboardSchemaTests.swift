import AgentMetrics
import ApusDashboards
import ApusFiles
import ApusPromQL
import ApusTopology
import Foundation
import GeneratorTesting
import HostTesting
import MonitoringPacks
import Testing

@Suite struct `The schema of dashboards` {
    private static func documents(_ schema: DashboardSchema) throws -> [String] {
        let fleets = try FleetShapes.all.flatMap { try $0.dashboardFiles(schema: schema) }
        return try (fleets + Dashboard.files(SampleDashboards.all, schema: schema)).map(\.contents)
    }

    @Test(arguments: DashboardSchema.allCases)
    func `is kept by every dashboard of every fleet`(schema: DashboardSchema) throws {
        let verdict = try PublishedSchema.judge(try Self.documents(schema))
        #expect(verdict.status == 0, "\(verdict.text)")
    }

    @Test func `is kept with every unit`() throws {
        let units = Dashboard("units", description: "Every unit.") {
            for unit in PanelUnit.allCases {
                PanelRow {
                    Panel("In \(unit.rawValue)", description: "One.", unit: unit) {
                        PanelQuery(Contract.cpuUsage.series.value, legend: "\(.instance)")
                    }
                }
            }
        }
        let verdict = try PublishedSchema.judge(try Dashboard.files([units]).map(\.contents))
        #expect(verdict.status == 0, "\(verdict.text)")
    }

    /// The judge tells right from wrong.
    @Test(
        arguments: [
            (.classic, #""mode": "absolute""#, #""mode": "absolut""#), (.classic, #""collapsed": "#, #""folded": "#),
            (.classic, #""stat""#, #""stats""#), (.classic, #""drawStyle": "line""#, #""drawStyle": 1"#),
            (.classic, #""unit": "percent""#, #""unit": "per cent""#), (.classic, #""expr": "#, #""query": "#),
            (.classic, #""sizing": "auto""#, #""sizing": "some""#), (.classic, #""collapsed": false"#, #""collapsed": null"#),
            (.v2, #""cursorSync": "Crosshair""#, #""cursorSync": 1"#), (.v2, #""kind": "GridLayout""#, #""kind": "Grid""#),
            (.v2, #""hide": "dontHide""#, #""hide": 0"#), (.v2, #""preload": false,"#, ""),
            (.v2, #""graphMode": "none""#, #""graphMode": "curve""#), (.v2, #""group": "stat""#, #""group": "stats""#),
            (.v2, #""expr": "sum"#, #""expression": "sum"#), (.v2, #"dashboard.grafana.app/v2"#, "dashboard.grafana.app/v3"),
        ] as [(DashboardSchema, String, String)])
    func `is broken by a wrong word`(schema: DashboardSchema, right: String, wrong: String) throws {
        let document = try Dashboard.files(SampleDashboards.all, schema: schema)[0].contents
        #expect(document.contains(right))
        let verdict = try PublishedSchema.judge([document.replacing(right, with: wrong)])
        #expect(verdict.status == 1, "\(verdict.text)")
    }
}
