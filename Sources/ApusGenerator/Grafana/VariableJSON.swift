import ApusPromQL

/// A variable on top of a dashboard, in Grafana's classic schema.
enum VariableJSON: Encodable {
    case datasource
    case target(TargetKey)

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .datasource: try Datasource().encode(to: encoder)
        case .target(let key): try Target(key).encode(to: encoder)
        }
    }

    private struct Datasource: Encodable {
        let hide = 0
        let includeAll = false
        let label = "Data source"
        let multi = false
        let name = DashboardVariable.datasource
        let options: [String] = []
        let query = "prometheus"
        let refresh = 1
        let regex = ""
        let type = "datasource"
    }

    private struct Target: Encodable {
        /// `.+` keeps a selector from matching series without the label, which the list of all values would be too long for.
        let allValue = ".+"
        let current = Current()
        let datasource = DatasourceJSON()
        let definition: String
        let hide = 0
        let includeAll = true
        let label: String
        let multi = true
        let name: String
        let options: [String] = []
        let query: Query
        /// 2: when the time range changes.
        let refresh = 2
        let regex = ""
        /// 1: by name.
        let sort = 1
        let type = "query"

        init(_ key: TargetKey) {
            definition = DashboardVariable.valuesQuery(of: key)
            label = key.rawValue.prefix(1).uppercased() + key.rawValue.dropFirst()
            name = key.rawValue
            query = Query(query: definition)
        }
    }

    private struct Current: Encodable {
        let text = ["All"]
        let value = ["$__all"]
    }

    private struct Query: Encodable {
        /// 1: `label_values`.
        let qryType = 1
        let query: String
        let refId = "PrometheusVariableQueryEditor-VariableQuery"
    }
}
