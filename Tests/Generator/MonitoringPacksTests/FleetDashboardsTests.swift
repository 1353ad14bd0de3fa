import ApusFiles
import ApusTopology
import GeneratorTesting
import MonitoringPacks
import Testing

@Suite struct `The dashboards of a fleet` {
    private func names(_ fleet: Fleet) throws -> [String] {
        try fleet.dashboardFiles().map { $0.path.replacing("dashboards/", with: "").replacing(".json", with: "") }
    }

    @Test func `are those of what it has`() throws {
        let everything = [
            "agent", "api", "cache", "database", "fleet-overview", "hosts", "instance", "journal", "load-balancer",
            "objectives", "orders", "queue",
        ]
        let servers: Set = ["cache", "hosts", "journal", "load-balancer"]
        let development = shopFleet()
        #expect(try names(development.varied(for: .production)) == everything)
        #expect(try names(development) == everything.filter { !servers.contains($0) })
        #expect(
            try names(Fleet("one") { FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) } })
                == ["agent", "database", "fleet-overview", "instance", "journal"])
        let packing = Fleet("two") {
            FleetService("worker", role: .worker, records: [.orders]) { Instance("worker-1", metricsPort: 9091) }
            ShopPack()
        }
        #expect(
            try names(packing) == ["agent", "fleet-overview", "instance", "journal", "orders", "queue"])
        let silent = Fleet("silent", environment: .development) {
            FleetService("web", role: .api, records: []) { Instance("web-1", port: 3001, metricsPort: 9101) }
        }
        #expect(try names(silent) == ["agent", "fleet-overview", "instance"])
    }

    @Test func `tell probes apart by their names where they have any`() throws {
        func legends(_ name: String?) throws -> [String] {
            let fleet = Fleet("f", environment: .development) {
                FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
                FleetProbe(.file("backups", at: "/srv/backups/*", olderThan: .seconds(3600)), name: name)
            }
            return try DashboardExpectations.own(of: fleet).filter { $0.uid.hasSuffix("probes") }.flatMap(\.allPanels)
                .flatMap { $0.targets ?? [] }.map(\.legendFormat)
        }
        let (plain, named) = (try legends(nil), try legends("hourly"))
        #expect(plain.count == 6 && !plain.contains { $0.contains("{{name}}") })
        #expect(named.count == 6 && named.allSatisfy { $0.contains("{{name}}") }, "\(named)")
    }

    /// Both ways: what it has is shown, what it lacks is not asked for.
    @Test(arguments: FleetShapes.all + FleetShapes.environments)
    func `ask for what the fleet has, and for nothing else`(fleet: Fleet) throws {
        try DashboardExpectations.panelsAskForWhatThereIs(of: fleet)
    }

    /// What is chosen goes along from one dashboard to another by the names of variables.
    @Test(arguments: FleetShapes.environments)
    func `give variables of one name the values of one program`(fleet: Fleet) throws {
        try DashboardExpectations.variablesOfOneNameAreOfOneProgram(of: fleet)
    }

    @Test func `lead from each process to its own dashboard`() throws {
        let dashboards = try DashboardExpectations.own(of: shopFleet().varied(for: .production))
        let overview = try #require(dashboards.first { $0.uid == "apus-shop-overview" })
        for title in ["CPU", "Memory", "Heap", "Database connections", "Uptime", "Throughput"] {
            let panel = try #require(overview.panels.first { $0.title == title })
            let url = try #require(panel.fieldConfig?.defaults.links?.first?.url)
            #expect(url.hasPrefix("/d/apus-shop-instance?"))
            #expect(url.hasSuffix("&var-instance=${__field.labels.instance}"))
        }
        let queue = try #require(overview.panels.first { $0.title == "Waiting orders" }?.links?.first?.url)
        #expect(queue.hasPrefix("/d/apus-shop-queue?"))
        // All but the overview and those that only the list of dashboards leads to.
        let linked = Set(
            dashboards.flatMap(\.allPanels).flatMap { ($0.links ?? []) + ($0.fieldConfig?.defaults.links ?? []) }.compactMap {
                $0.url.map { String($0.trimmingPrefix("/d/apus-shop-").prefix { $0 != "?" }) }
            })
        #expect(
            linked == ["api", "database", "hosts", "instance", "journal", "load-balancer", "objectives", "orders", "queue"])
    }

    @Test func `have legal uids that differ however long the fleet's name is`() throws {
        let fleets = ["a", "b"].map { last in
            Fleet(String(repeating: "a", count: 62) + last) {
                FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            }
        }
        let uids = try fleets.flatMap { try DashboardExpectations.own(of: $0) }.map(\.uid)
        #expect(uids.allSatisfy { $0.wholeMatch(of: /[A-Za-z0-9_-]{1,40}/) != nil })
        #expect(Set(uids).count == uids.count && uids.count == 10)
    }

    @Test func `put one of a pack in the place of another pack's`() throws {
        let overview = try #require(try DashboardExpectations.own(of: shopFleet()).first { $0.uid == "apus-shop-overview" })
        let titles = overview.panels.map(\.title)
        #expect(titles.contains("Total orders") && !titles.contains("Instances"))
    }

    @Test func `have an overview with a legal uid however long the fleet's name is, and two have two`() throws {
        let uids = try ["a", "b"].map { last in
            let name = String(repeating: "a", count: 62) + last
            let files = try Fleet(name) {
                FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            }.dashboardFiles()
            let file = try #require(files.first { $0.path == "dashboards/fleet-overview.json" })
            return try #require(try DashboardExpectations.documents(of: [file]).first).uid
        }
        #expect(uids.map(\.count) == [40, 40])
        #expect(Set(uids).count == 2)
    }
}
