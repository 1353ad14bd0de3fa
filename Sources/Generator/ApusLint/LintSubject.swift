/// What a file holds that can be linted.
enum LintSubject {
    case rules(RuleFileContent)
    case dashboard(DashboardContent)
    /// Something that is known, and holds no expression.
    case nothing

    /// What a document holds, by its content; `nil` when that is not known.
    static func subjects(of document: LintDocument) throws(DocumentError) -> [LintSubject]? {
        try subjects(of: document.root, in: document.source, depth: 0)
    }

    private static func subjects(
        of node: DocumentNode, in source: SourceText, depth: Int
    ) throws(DocumentError) -> [LintSubject]? {
        guard depth < 10 else { return nil }
        if case .list(let elements) = node.content { return try all(elements, in: source, depth) }
        guard node.isMapping else { return node.isNull ? [.nothing] : nil }
        if node["kind"]?.text != nil, node["apiVersion"] != nil { return try object(node, in: source, depth) }
        if node["groups"] != nil { return [.rules(RuleFileContent(groups: node["groups"]?.elements ?? [], source: source))] }
        // An answer of Grafana's API.
        if let dashboard = node["dashboard"], dashboard.isMapping { return [.dashboard(DashboardContent(dashboard, source))] }
        if DashboardContent.isDashboard(node) { return [.dashboard(DashboardContent(node, source))] }
        // A library panel.
        if let panel = node["model"], panel["targets"] != nil || panel["type"] != nil {
            return [.dashboard(DashboardContent(panel: panel, source))]
        }
        let others = ["scrape_configs", "global", "route", "receivers", "rule_files", "tests", "datasources", "providers"]
        return others.contains { node[$0] != nil } || node.entries.isEmpty ? [.nothing] : nil
    }

    private static func all(
        _ nodes: [DocumentNode], in source: SourceText, _ depth: Int
    ) throws(DocumentError) -> [LintSubject]? {
        var subjects: [LintSubject] = []
        for node in nodes { subjects += try self.subjects(of: node, in: source, depth: depth + 1) ?? [] }
        return subjects.isEmpty ? nil : subjects
    }

    /// An object of Kubernetes.
    private static func object(
        _ node: DocumentNode, in source: SourceText, _ depth: Int
    ) throws(DocumentError) -> [LintSubject] {
        switch node["kind"]?.text {
        case let kind? where kind.hasSuffix("List"):
            return try all(node["items"]?.elements ?? [], in: source, depth) ?? [.nothing]
        case "ConfigMap": return try embedded(node["data"]?.entries ?? [], in: source, depth)
        case "GrafanaDashboard":
            let entries = node["spec"]?.entries.filter { $0.key == "json" } ?? []
            return try embedded(entries, in: source, depth)
        case "Dashboard":
            guard let spec = node["spec"], spec.isMapping else { return [.nothing] }
            return [.dashboard(DashboardContent(spec, source))]
        default:
            guard let groups = node["spec"]?["groups"] else { return [.nothing] }
            return [.rules(RuleFileContent(groups: groups.elements, source: source))]
        }
    }

    /// Files within the values of a mapping.
    private static func embedded(
        _ entries: [DocumentNode.Entry], in source: SourceText, _ depth: Int
    ) throws(DocumentError) -> [LintSubject] {
        var subjects: [LintSubject] = []
        for entry in entries {
            guard let text = entry.value.text,
                entry.key.hasSuffix("json") || entry.key.hasSuffix(".yaml") || entry.key.hasSuffix(".yml")
            else { continue }
            let inner = SourceText(bytes: Array(text.utf8), enclosing: (source, entry.value))
            do throws(DocumentError) {
                for document in try LintDocument.read(inner) {
                    subjects += try self.subjects(of: document.root, in: inner, depth: depth + 1) ?? []
                }
            } catch {
                throw DocumentError(offset: entry.value.offset, message: "in \(entry.key): \(error.message)")
            }
        }
        return subjects.isEmpty ? [.nothing] : subjects
    }
}
