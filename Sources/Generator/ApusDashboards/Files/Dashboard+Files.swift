public import ApusFiles
import Dispatch
import Synchronization

extension Dashboard {
    /// Makes the files of dashboards in one folder, checked one by one and together.
    ///
    /// - Parameters:
    ///   - folder: in front of the files' names.
    ///   - schema: the form in which they are written.
    /// - Throws: the first thing that Grafana would refuse or that would mislead.
    public static func files(
        _ dashboards: [Dashboard], in folder: String = "dashboards", schema: DashboardSchema = .classic
    ) throws(DashboardError) -> [GeneratedFile] {
        try files(for: dashboards, in: folder, schema: schema) { $0 }
    }

    /// Makes the file of a dashboard for each of many, such as the services of a company: each is described, checked and written by itself, on as many
    /// processors as there are.
    ///
    /// ```swift
    /// let files = try Dashboard.files(for: services) { service in
    ///     Dashboard(service.name, description: "\(service.name) at work.") { … }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - folder: in front of the files' names.
    ///   - schema: the form in which they are written.
    ///   - dashboard: describes the one of an element; called in no order.
    /// - Returns: the files in the order of the elements.
    /// - Throws: the first thing that Grafana would refuse or that would mislead.
    public static func files<Element: Sendable>(
        for elements: [Element], in folder: String = "dashboards", schema: DashboardSchema = .classic,
        dashboard: @Sendable (Element) -> Dashboard
    ) throws(DashboardError) -> [GeneratedFile] {
        // Results go by their number, so that the order is that of the elements.
        let results = Mutex([Result<FinishedDashboard, DashboardError>?](repeating: nil, count: elements.count))
        DispatchQueue.concurrentPerform(iterations: elements.count) { number in
            let result = FinishedDashboard.finish(dashboard(elements[number]), in: folder, schema: schema)
            results.withLock { $0[number] = result }
        }
        var finished: [FinishedDashboard] = []
        finished.reserveCapacity(elements.count)
        for case let result? in results.withLock({ $0 }) { finished.append(try result.get()) }
        try checkTogether(finished)
        return finished.map(\.file)
    }

    /// A name, uid or title that is there twice makes Grafana refuse the whole folder.
    private static func checkTogether(_ dashboards: [FinishedDashboard]) throws(DashboardError) {
        var names: Set<String> = []
        var titles: Set<String> = []
        var uids: Set<DashboardUID> = []
        for dashboard in dashboards {
            guard names.insert(dashboard.name).inserted else { throw .repeatedName(dashboard.name, kind: "dashboard") }
            guard titles.insert(dashboard.title).inserted else { throw .repeatedName(dashboard.title, kind: "dashboard") }
            guard uids.insert(dashboard.uid).inserted else {
                throw .repeatedName(dashboard.uid.description, kind: "dashboard uid")
            }
        }
        for link in dashboards.lazy.flatMap(\.links) where !uids.contains(link.target) {
            throw .faulty(place: link.place, fault: .unknownDashboard(link.target.description))
        }
    }
}

/// A dashboard's file, and what has to agree with the other dashboards.
private struct FinishedDashboard: Sendable {
    let file: GeneratedFile
    let name: String
    let title: String
    let uid: DashboardUID
    /// From its panels to dashboards.
    let links: [(target: DashboardUID, place: String)]

    static func finish(
        _ dashboard: Dashboard, in folder: String, schema: DashboardSchema
    ) -> Result<Self, DashboardError> {
        do throws(DashboardError) {
            try dashboard.check()
        } catch {
            return .failure(error)
        }
        let file = GeneratedFile(path: "\(folder)/\(dashboard.name).json", contents: dashboard.json(schema))
        let links = dashboard.panels.flatMap { panel in
            panel.linkedDashboards.map { ($0, dashboard.place(of: panel.title)) }
        }
        return .success(Self(file: file, name: dashboard.name, title: dashboard.title, uid: dashboard.uid, links: links))
    }
}

extension Panel {
    fileprivate var linkedDashboards: [DashboardUID] {
        var all = links + dataLinks
        for case .links(let more) in overrides.flatMap(\.properties) { all += more }
        return all.compactMap { if case .dashboard(let uid, _) = $0.target { uid } else { nil } }
    }
}

/// The form in which dashboards are written.
public enum DashboardSchema: String, CaseIterable, Hashable, Sendable {
    /// The form is one that every version of Grafana reads.
    case classic
    /// The form is a resource of the API `dashboard.grafana.app/v2`, which is the default since Grafana 13.
    case v2
}

extension Dashboard {
    /// The dashboard as JSON, unchecked.
    func json(_ schema: DashboardSchema) -> String {
        // About what a panel takes, so that the bytes move but seldom.
        var json = JSONWriter(reserving: 4096 + rows.reduce(0) { $0 + $1.panels.count } * 2560)
        switch schema {
        case .classic: ClassicDashboard(dashboard: self).write(to: &json)
        case .v2: ResourceDashboard(dashboard: self).write(to: &json)
        }
        json.endFile()
        return json.text
    }
}
