import AgentMetrics
import ApusDashboards
import ApusFiles
import ApusMetrics
import ApusPromQL
import Foundation
import GeneratorTesting
import Testing

@Suite struct `A dashboard's model` {
    private func document(of dashboards: [Dashboard] = SampleDashboards.all) throws -> DashboardDocument {
        try JSONDecoder().decode(DashboardDocument.self, from: Data(try Dashboard.files(dashboards)[0].contents.utf8))
    }

    private func panel(_ title: String, width: PanelWidth? = nil) -> Panel {
        Panel(title, description: "Text.", unit: .count, width: width) {
            PanelQuery(Contract.cpuUsage.series.value, legend: "\(.instance)")
        }
    }

    private func widths(_ panels: [PanelWidth?]) throws -> [Int] {
        let row = Dashboard("name", description: "Text.") {
            PanelRow { for (number, width) in panels.enumerated() { panel("\(number)", width: width) } }
        }
        let places = try document(of: [row]).panels.map(\.gridPos)
        #expect(places.map(\.x) == places.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.w) }.dropLast())
        return places.map(\.w)
    }

    @Test func `widths are shares of the row, rounded so that they fill it`() throws {
        #expect(try widths([nil, nil, nil]) == [8, 8, 8])
        #expect(try widths([.twoThirds, nil]) == [16, 8])
        #expect(try widths([.quarter, nil, nil]) == [6, 9, 9])
        #expect(try widths([nil, nil, nil, nil, nil]) == [5, 5, 4, 5, 5])
        #expect(try widths(Array(repeating: .share(1, of: 7), count: 7)).reduce(0, +) == 24)
        #expect(try widths(Array(repeating: nil, count: 24)) == Array(repeating: 1, count: 24))
        #expect(try widths([.third]) == [8])
        for count in 1...24 {
            let widths = try widths(Array(repeating: nil, count: count))
            #expect(widths.reduce(0, +) == 24)
            #expect((widths.max() ?? 0) - (widths.min() ?? 0) <= 1)
        }
    }

    @Test func `a folded section holds its panels, an open one is followed by them`() throws {
        let panels = try document().panels
        #expect(panels.filter { $0.type == "row" }.map(\.title) == ["Traffic", "Latency", "Each: $instance"])
        let folded = try #require(panels.first { $0.title == "Latency" })
        #expect(folded.collapsed == true)
        #expect(folded.panels?.map(\.title) == ["Buckets", "Up", "Instances"])
        let open = try #require(panels.firstIndex { $0.title == "Traffic" })
        #expect(panels[open].collapsed == false && panels[open].panels?.isEmpty == true)
        #expect(panels[(open + 1)...].prefix(5).map(\.title) == ["Throughput", "Bars", "Gauge", "Bar gauge", "Stat"])
        #expect(panels.first { $0.title == "Each: $instance" }?.repeat == "instance")
        #expect(panels.first { $0.title == "By service" }?.repeat == "service")
    }

    @Test func `variables are narrowed by those before whose label their series have`() throws {
        let variables = try document().templating.list
        #expect(variables.map(\.name) == ["datasource", "job", "service", "instance", "state"])
        #expect(
            variables.map(\.definition) == [
                nil, "label_values(apus_service_up, job)", #"label_values(apus_service_up{job=~"$job"}, service)"#,
                #"label_values(apus_service_up{job=~"$job", service=~"$service"}, instance)"#,
                #"label_values(shop_waiting_orders{job=~"$job", service=~"$service", instance=~"$instance"}, state)"#,
            ])
        #expect(variables.map(\.allValue) == [nil, ".+", ".+", ".+", nil])
        #expect(variables.map(\.refresh) == [1, 2, 2, 2, 2])
    }

    @Test func `a selector is narrowed by the variables whose label its series have, and by no other`() throws {
        let panels = try document().allPanels
        #expect(
            panels.first { $0.title == "Gauge" }?.targets?.first?.expr
                == #"max(worker_cpu_usage_percent{job=~"$job", service=~"$service", instance=~"$instance"})"#)
        #expect(
            panels.first { $0.title == "Stat" }?.targets?.first?.expr == #"avg(worker_cpu_usage_percent{job=~"$job"})"#)
    }

    @Test func `alerts are marked on the time axis beside people's own marks`() throws {
        let annotations = try document().annotations.list
        #expect(annotations.map(\.builtIn) == [1, nil, nil])
        let narrowed = #"job=~"$job|", service=~"$service|", instance=~"$instance|", state=~"$state|""#
        #expect(annotations[1].expr == #"ALERTS{alertstate="firing", \#(narrowed)}"#)
        #expect(annotations[2].expr == #"ALERTS{alertstate="firing", alertname=~"High.*", \#(narrowed)}"#)
    }

    @Test func `links keep the time range and what is chosen`() throws {
        let panel = try #require(try document().allPanels.first { $0.title == "Throughput" })
        let chosen = ["datasource", "job", "service"].map { "${\($0):queryparam}" }.joined(separator: "&")
        #expect(
            panel.links?.map(\.url)
                == ["/d/detail?${__url_time_range}&\(chosen)&${instance:queryparam}&${state:queryparam}"])
        #expect(
            panel.fieldConfig?.defaults.links?.map(\.url)
                == ["/d/detail?${__url_time_range}&\(chosen)&${state:queryparam}&var-instance=${__field.labels.instance}"])
    }

    @Test func `tables ask for one moment, heatmaps for buckets`() throws {
        let panels = try document().allPanels
        let table = try #require(panels.first { $0.type == "table" }?.targets)
        #expect(table.map(\.format) == ["table", "table"] && table.allSatisfy(\.instant))
        let heatmap = try #require(panels.first { $0.type == "heatmap" }?.targets?.first)
        #expect(heatmap.format == "heatmap" && heatmap.legendFormat == "{{le}}" && !heatmap.instant)
    }

    @Test(
        arguments: [
            ("fleet-overview", "fleet-overview"), ("with space", "with-space-"), ("", ""), ("über", "-ber-"),
            (String(repeating: "a", count: 41), String(repeating: "a", count: 31) + "-"),
        ])
    func `uids are legal whatever they are made of`(text: String, start: String) {
        let uid = DashboardUID(text).description
        #expect(uid.hasPrefix(start))
        #expect(uid.wholeMatch(of: /[A-Za-z0-9_-]{1,40}/) != nil)
    }
}
