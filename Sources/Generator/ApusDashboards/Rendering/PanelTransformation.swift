/// What Grafana does with a table's results before it draws them: one row for each set of labels, columns with names for people.
enum PanelTransformation: JSONRepresentable {
    case merge
    /// Columns by their names: which have another, and which are left out.
    case organize(names: [(String, String)], without: [String])

    static func all(of panel: Panel) -> [Self] {
        guard panel.kind == .table else { return [] }
        // The column of a lone query has no letter.
        let columns = panel.queries.count == 1 ? ["Value"] : panel.queries.indices.map { "Value #\(RefID.name($0))" }
        let organized = Self.organize(
            names: Array(zip(columns, panel.queries.map(\.legend))), without: ["Time", "__name__"])
        return panel.queries.count == 1 ? [organized] : [.merge, organized]
    }

    var id: String {
        switch self {
        case .merge: "merge"
        case .organize: "organize"
        }
    }

    /// The options.
    func write(to json: inout JSONWriter) {
        json.object { json in
            guard case .organize(let names, let without) = self else { return }
            json.object("excludeByName") { json in
                for name in without { json.member(named: name) { $0.value(true) } }
            }
            json.object("indexByName") { _ in }
            json.object("renameByName") { json in
                for (column, name) in names { json.member(named: column) { $0.value(name) } }
            }
        }
    }
}
