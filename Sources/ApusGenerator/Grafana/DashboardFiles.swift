import ApusTopology
import Foundation

/// `dashboards/fleet-overview.json`.
func dashboardFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    let dashboard = FleetOverview(fleet: fleet).dashboard
    try dashboard.check()
    return [GeneratedFile(path: "dashboards/fleet-overview.json", contents: try json(DashboardJSON(dashboard)))]
}

private func json(_ model: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(model), as: UTF8.self) + "\n"
}
