import ApusDashboards
import ApusTopology
import GeneratorTesting
import Testing

/// What holds for each dashboard that the generator writes, of whatever fleet.
@Suite struct `Every dashboard` {
    private static let fleets = FleetShapes.all + FleetShapes.environments

    @Test(arguments: fleets) func `has ids, titles, descriptions and units, each panel its own`(fleet: Fleet) throws {
        try DashboardExpectations.panelsAreTheirOwn(of: fleet)
    }

    @Test(arguments: fleets) func `lies on the grid side by side`(fleet: Fleet) throws {
        try DashboardExpectations.panelsLieSideBySide(of: fleet)
    }

    @Test(arguments: fleets)
    func `asks for series that are declared, by variables that are defined, and uses all of these`(fleet: Fleet) throws {
        try DashboardExpectations.queriesAskForWhatIsDeclared(of: fleet)
    }

    @Test(arguments: fleets) func `narrows each selector by all that is chosen`(fleet: Fleet) throws {
        try DashboardExpectations.selectorsAreNarrowed(of: fleet)
    }

    @Test(arguments: fleets) func `has queries in which the checker of expressions finds nothing`(fleet: Fleet) throws {
        try DashboardExpectations.queriesPassTheChecker(of: fleet)
    }

    @Test(arguments: fleets) func `has thresholds that rise from null`(fleet: Fleet) throws {
        try DashboardExpectations.thresholdsRise(of: fleet)
    }

    @Test(arguments: [FleetEnvironment.development, .production])
    func `has queries, annotations and variables that Prometheus takes`(environment: FleetEnvironment) throws {
        #expect(try DashboardExpectations.queriesPassPromtool(of: shopFleet().varied(for: environment)) > 150)
    }

    @Test(arguments: SampleDashboards.all.indices)
    func `leaves other panels as they are when one is put between them`(index: Int) throws {
        let dashboard = SampleDashboards.all[index]
        let more = Dashboard(
            dashboard.name, title: dashboard.title, description: dashboard.description, variables: dashboard.variables
        ) {
            for (index, row) in dashboard.rows.enumerated() {
                PanelRow(row.title, height: row.height, isCollapsed: row.isCollapsed, repeatedFor: row.repeated) {
                    if index == dashboard.rows.count / 2 { Panel("Inserted", markdown: "New.", width: .sixth) }
                    row.panels
                }
            }
        }
        let before = try ids(dashboard)
        var after = try ids(more)
        #expect(after.removeValue(forKey: "Inserted") != nil)
        #expect(after == before)
    }

    /// Panels' and headings' ids by their titles.
    private func ids(_ dashboard: Dashboard) throws -> [String: Int] {
        let document = try #require(
            try DashboardExpectations.documents(
                of: Dashboard.files(dashboard.name == "detail" ? [dashboard] : [dashboard, SampleDashboards.detail])
            )
            .first { $0.uid == dashboard.name })
        return Dictionary(uniqueKeysWithValues: document.everything.map { ($0.title, $0.id) })
    }
}
