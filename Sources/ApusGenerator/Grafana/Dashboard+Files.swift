extension Dashboard {
    /// Dashboards as files of one folder, checked one by one and together.
    ///
    /// - Parameters:
    ///   - folder: in front of the files' names.
    ///   - schema: the form in which they are written.
    /// - Throws: the first thing that Grafana would refuse or that would mislead.
    public static func files(
        _ dashboards: [Dashboard], in folder: String = "dashboards", schema: DashboardSchema = .classic
    ) throws(GenerationError) -> [GeneratedFile] {
        try checkTogether(dashboards)
        var files: [GeneratedFile] = []
        files.reserveCapacity(dashboards.count)
        for dashboard in dashboards {
            try dashboard.check()
            files.append(GeneratedFile(path: "\(folder)/\(dashboard.name).json", contents: dashboard.json(schema)))
        }
        return files
    }

    /// A name, uid or title that is there twice makes Grafana refuse the whole folder.
    private static func checkTogether(_ dashboards: [Dashboard]) throws(GenerationError) {
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
        for dashboard in dashboards {
            for panel in dashboard.panels {
                for uid in panel.linkedDashboards where !uids.contains(uid) {
                    throw dashboard.fault(.unknownDashboard(uid.description), panel: panel.title)
                }
            }
        }
    }
}

extension Panel {
    fileprivate var linkedDashboards: [DashboardUID] {
        var all = links + dataLinks
        for case .links(let more) in overrides.flatMap(\.properties) { all += more }
        return all.compactMap { if case .dashboard(let uid, _) = $0.target { uid } else { nil } }
    }
}
