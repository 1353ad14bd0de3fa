package import ApusFiles

extension Dashboard {
    /// Where the dashboard and each of its panels are described, by their parts of the file.
    package func origins(in schema: DashboardSchema) -> [FileOrigin] {
        let parts: [(path: [String], panel: Panel)] =
            switch schema {
            case .classic: ClassicDashboard(dashboard: self).paths
            case .v2: panels.map { (["spec", "elements", elementName(of: $0)], $0) }
            }
        return (place.map { [FileOrigin(.whole, $0)] } ?? [])
            + parts.compactMap { part in part.panel.place.map { FileOrigin(.element(part.path), $0) } }
    }
}

extension ClassicDashboard {
    /// Where each panel stands in the document.
    fileprivate var paths: [(path: [String], panel: Panel)] {
        panels.enumerated().flatMap { index, panel -> [(path: [String], panel: Panel)] in
            switch panel {
            case .panel(let placed): [(["panels", "\(index)"], placed.panel)]
            case .heading(_, _, let folded):
                folded.enumerated().map { (["panels", "\(index)", "panels", "\($0)"], $1.panel) }
            }
        }
    }
}
