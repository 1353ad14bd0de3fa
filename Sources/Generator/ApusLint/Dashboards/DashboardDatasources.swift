/// The types of the datasources that a dashboard names.
struct DashboardDatasources {
    enum Kind: Equatable {
        case prometheus
        case other(String)
        /// A name or nothing: the default of the installation.
        case unknown
    }

    /// Types by the name of the variable or input that stands for a datasource.
    private var types: [String: String] = [:]

    init(_ root: DocumentNode) {
        for variable in root["templating"]?["list"]?.elements ?? [] where variable["type"]?.text == "datasource" {
            if let name = variable["name"]?.text, let type = variable["query"]?.text { types[name] = type }
        }
        for variable in root["variables"]?.elements ?? [] where variable["kind"]?.text == "DatasourceVariable" {
            if let name = variable["spec"]?["name"]?.text, let type = variable["spec"]?["pluginId"]?.text { types[name] = type }
        }
        for input in root["__inputs"]?.elements ?? [] {
            if let name = input["name"]?.text, let type = input["pluginId"]?.text { types[name] = type }
        }
    }

    /// The type of a query's datasource; the query's own stands before its panel's.
    func kind(of query: DocumentNode, in panel: DocumentNode?) -> Kind {
        let own = query["datasource"].map(kind) ?? .unknown
        return own == .unknown ? panel?["datasource"].map(kind) ?? .unknown : own
    }

    private func kind(_ datasource: DocumentNode) -> Kind {
        if let name = datasource.text { return kind(named: name) }
        if let type = datasource["type"]?.text, !type.isEmpty, !type.contains("$") {
            // Grafana's own: a mixture, another panel's results, or its built-in data.
            if type == "datasource" || type == "grafana" || type == "mixed" || type == "dashboard" {
                return datasource["uid"]?.text == "-- Mixed --" ? .unknown : .other("Grafana")
            }
            return Self.kind(type: type)
        }
        return (datasource["uid"] ?? datasource["name"])?.text.map(kind(named:)) ?? .unknown
    }

    private func kind(named name: String) -> Kind {
        if let variable = VariableReference.all(in: name).first {
            if let type = types[variable.name] { return Self.kind(type: type) }
            return Self.guess(variable.name)
        }
        switch name {
        case "-- Grafana --", "grafana", "-- Dashboard --": return .other("Grafana")
        case "-- Mixed --", "default", "": return .unknown
        default: return Self.guess(name)
        }
    }

    private static func kind(type: String) -> Kind {
        type == "prometheus" || type == "grafana-amazonprometheus-datasource" || type == "grafana-azureprometheus-datasource"
            ? .prometheus : .other(type)
    }

    /// Guesses the type of a datasource from its name.
    private static func guess(_ name: String) -> Kind {
        let name = name.lowercased()
        let others = [
            "loki", "influx", "elastic", "graphite", "tempo", "jaeger", "cloudwatch", "mysql", "postgres", "opensearch",
        ]
        return others.first { name.contains($0) }.map { .other($0) } ?? .unknown
    }
}
