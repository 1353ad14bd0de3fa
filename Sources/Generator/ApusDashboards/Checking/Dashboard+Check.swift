extension Dashboard {
    /// Throws the first thing that Grafana would refuse or that would mislead.
    package func check() throws(DashboardError) {
        try check(name: name)
        try checkVariables()
        for (index, row) in rows.enumerated() { try check(row, number: index + 1) }
        try checkIDs()
        for panel in panels { try panel.check(in: self) }
    }

    private func check(name: String) throws(DashboardError) {
        guard !name.isEmpty, name.allSatisfy(DashboardUID.isLegal) else { throw fault(.illegalName(name)) }
        guard !title.isEmpty else { throw fault(.missingTitle) }
        guard !description.isEmpty else { throw fault(.missingDescription) }
    }

    private func checkVariables() throws(DashboardError) {
        var names: Set<String> = [DashboardVariable.datasource]
        for variable in variables {
            guard names.insert(variable.name).inserted else { throw fault(.repeatedVariable(variable.name)) }
        }
    }

    private func check(_ row: PanelRow, number: Int) throws(DashboardError) {
        guard !row.panels.isEmpty else { throw fault(.emptyRow(row: number)) }
        guard row.height >= 2 else { throw fault(.rowTooLow(row: number, height: row.height)) }
        for case let width? in row.panels.map(\.width) where !width.isLegal { throw fault(.illegalWidth(width)) }
        guard row.columns != nil else { throw fault(.rowTooFull(row: number)) }
        try checkUse(of: row.repeated.map { [$0] } ?? VariableNames.used(in: row.title ?? ""))
    }

    private func checkIDs() throws(DashboardError) {
        var titles: [Int: String] = [:]
        let headings = rows.compactMap(\.title)
        for (id, title) in panels.map({ (id(of: $0), $0.title) }) + headings.map({ (id(ofHeading: $0), $0) }) {
            guard let first = titles.updateValue(title, forKey: id) else { continue }
            throw fault(first == title ? .repeatedTitle(title) : .repeatedID(first: first, second: title))
        }
    }

    /// Throws when a variable is used that the dashboard has not.
    func checkUse(of names: [String], panel: String? = nil) throws(DashboardError) {
        for name in names where name != DashboardVariable.datasource && !variables.contains(where: { $0.name == name }) {
            throw fault(.unknownVariable(name), panel: panel)
        }
    }

    func fault(_ fault: DashboardFault, panel: String? = nil) -> DashboardError {
        .faulty(place: place(of: panel), fault: fault)
    }

    func place(of panel: String?) -> String {
        panel.map { "dashboard \(title), panel \($0)" } ?? "dashboard \(title)"
    }
}

/// Variables in texts of Grafana: `$name` and `${name:format}`; those that Grafana itself defines begin with `__`.
enum VariableNames {
    static func used(in text: String) -> [String] {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return [] }
        return text.matches(of: /\$\{?([A-Za-z][A-Za-z0-9_]*)/).map { String($0.1) }
    }
}
