import AgentMetrics
package import ApusDashboards
import ApusMetrics
import ApusPromQL
package import ApusTopology

/// The first dashboard to look at: what all processes of the fleet take. A pack may put its own in its place, with these panels and
/// those of what the fleet is for.
package struct FleetOverview {
    package let fleet: Fleet

    package init(fleet: Fleet) { self.fleet = fleet }

    var dashboard: Dashboard {
        dashboard(description: "Resources of the \(fleet.name) fleet.") {
            PanelRow { [instances, uptime] }
            PanelRow { [cpu, memory] + (fleet.heapServices.isEmpty ? [] : [heap]) }
            if fleet.countsConnections { PanelRow { [connections] } }
        }
    }

    /// The overview with some rows.
    package func dashboard(
        description: String, fileID: String = #fileID, line: Int = #line, @ListBuilder<PanelRow> rows: () -> [PanelRow]
    ) -> Dashboard {
        Dashboard(
            FleetDashboard.overview.name, uid: FleetDashboard.overview.uid(in: fleet), title: "Fleet overview: \(fleet.name)",
            description: description, tags: ["apus", fleet.name], fileID: fileID, line: line, rows: rows)
    }

    private var instances: Panel {
        Panel("Instances", description: "Instances whose process lives and reports.", kind: .stat, unit: .count) {
            PanelQuery(ServiceState.up.series.value.sum(), legend: "instances")
        }.thresholds(.least(Double(fleet.instanceCount)))
    }

    private var ofCPU: String { fleet.groupedServices.isEmpty ? "" : "; of a group the mean of its processes" }

    /// What the panel of memory shows of groups, as the alert has it.
    private var ofGroups: String {
        fleet.groupedServices.isEmpty ? "" : "; of a group that of its control group, or the mean of its processes"
    }

    package var cpu: Panel {
        Panel("CPU", description: "CPU of each process, in percent of one core\(ofCPU).", unit: .percent) {
            PanelQuery(ResourceAlerts.cpu(in: fleet), legend: "\(.instance)")
        }.thresholds(.limit(of: ResourceAlerts(fleet: fleet).highCPU)).linkedToInstance(of: fleet).linked(
            to: .hosts, "Hosts and pressure", of: fleet)
    }

    package var memory: Panel {
        Panel("Memory", description: "Resident memory of each process\(ofGroups).", unit: .bytes) {
            PanelQuery(ResourceAlerts.memory(in: fleet), legend: "\(.instance)")
        }.thresholds(.limit(of: ResourceAlerts(fleet: fleet).highMemory)).linkedToInstance(of: fleet).linked(
            to: .hosts, "Hosts and pressure", of: fleet)
    }

    package var heap: Panel {
        Panel("Heap", description: "Heap in use in each process, as malloc or its runtime counts it.", unit: .bytes) {
            PanelQuery(Contract.heapUsage.series.value, legend: "\(.instance)")
        }.linkedToInstance(of: fleet)
    }

    package var connections: Panel {
        Panel(
            "Database connections",
            description:
                "Open database connections of each \(fleet.countsByServers ? "server, as it counts them itself" : "process"), stacked up to the fleet's.",
            kind: .stackedLines, unit: .count
        ) {
            PanelQuery(FleetQueries.openConnections(in: fleet), legend: "\(.instance)")
        }.thresholds(.limit(of: ResourceAlerts(fleet: fleet).tooManyConnections)).linkedToInstance(of: fleet).linked(
            to: .database, "Database and pool", of: fleet)
    }

    package var uptime: Panel {
        Panel("Uptime", description: "Time since each process started; a fall to zero is a restart.", unit: .seconds) {
            PanelQuery(Contract.uptime.series.value, legend: "\(.instance)")
        }.linkedToInstance(of: fleet)
    }
}
