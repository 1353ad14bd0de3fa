import Dispatch
import Synchronization

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
        // Each by itself, on as many processors as there are; results go by their number, so that the order is that of the list.
        let results = Mutex([Result<GeneratedFile, GenerationError>?](repeating: nil, count: dashboards.count))
        DispatchQueue.concurrentPerform(iterations: dashboards.count) { number in
            let result = dashboards[number].file(in: folder, schema: schema)
            results.withLock { $0[number] = result }
        }
        var files: [GeneratedFile] = []
        files.reserveCapacity(dashboards.count)
        for case let result? in results.withLock({ $0 }) { files.append(try result.get()) }
        return files
    }

    private func file(in folder: String, schema: DashboardSchema) -> Result<GeneratedFile, GenerationError> {
        do throws(GenerationError) {
            try check()
            return .success(GeneratedFile(path: "\(folder)/\(name).json", contents: json(schema)))
        } catch {
            return .failure(error)
        }
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
