import AgentMetrics
import ApusDashboards
import ApusFiles
import ApusMetrics
import ApusPromQL
import ExporterCatalog
import Foundation
import GeneratorTesting
import Testing

@Suite struct `Variables of a dashboard of several programs` {
    private func document() throws -> DashboardDocument {
        try JSONDecoder().decode(DashboardDocument.self, from: Data(try Dashboard.files([programs])[0].contents.utf8))
    }

    /// Two programs whose label `instance` has other values, and a label that some series lack.
    private var programs: Dashboard {
        Dashboard(
            "programs", description: "Two programs.",
            variables: [
                DashboardVariable(.instance, of: ServiceState.up).narrowing(only: MetricCatalog.families),
                DashboardVariable(.instance, of: PostgresExporter.Server.up, name: "database")
                    .narrowing(only: PostgresExporter.exporter.families),
                DashboardVariable(.label(.unit), of: Journal.messages).includingUnlabelled(),
            ]
        ) {
            PanelRow {
                Panel("Both", description: "Both.", unit: .count) {
                    PanelQuery(Journal.messages.series.rate(over: .rateInterval), legend: "\(.instance)")
                    PanelQuery(PostgresExporter.Server.up.series.value, legend: "\(.instance)")
                    PanelQuery(ScrapeMetrics.up.series.value, legend: "\(.instance)")
                }
            }
        }
    }

    @Test func `a variable of one program leaves the series of another alone`() throws {
        let document = try document()
        #expect(
            document.allPanels.flatMap { $0.targets ?? [] }.map(\.expr) == [
                #"rate(journal_messages_total{instance=~"$instance", unit=~"$unit"}[$__rate_interval])"#,
                #"pg_up{instance=~"$database"}"#, "up",
            ])
        #expect(
            document.templating.list.map(\.definition) == [
                nil, "label_values(apus_service_up, instance)", "label_values(pg_up, instance)",
                #"label_values(journal_messages_total{instance=~"$instance"}, unit)"#,
            ])
    }

    @Test func `alerts of each program are marked when variables share a label`() throws {
        let expression = try document().annotations.list.last?.expr
        #expect(expression == #"ALERTS{alertstate="firing", instance=~"$instance|$database|", unit=~"$unit|"}"#)
    }

    @Test func `all values of a variable may include none`() throws {
        let variables = try document().templating.list
        #expect(variables.map(\.allValue) == [nil, ".+", ".+", ".*"])
    }
}
