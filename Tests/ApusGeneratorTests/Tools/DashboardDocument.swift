/// A dashboard as a test reads it.
struct DashboardDocument: Decodable {
    let uid: String
    let title: String
    let panels: [Panel]
    let templating: Templating

    struct Panel: Decodable {
        let id: Int
        let title: String
        let description: String
        let type: String
        let gridPos: Position
        let targets: [Target]
        let fieldConfig: FieldConfig
        let datasource: Datasource
    }

    struct Position: Decodable {
        let h: Int
        let w: Int
        let x: Int
        let y: Int
    }

    struct Target: Decodable {
        let expr: String
        let refId: String
        let legendFormat: String
        let datasource: Datasource
    }

    struct Datasource: Decodable {
        let type: String
        let uid: String
    }

    struct FieldConfig: Decodable {
        let defaults: Defaults
    }

    struct Defaults: Decodable {
        let unit: String
        let thresholds: Thresholds
    }

    struct Thresholds: Decodable {
        let steps: [Step]
    }

    struct Step: Decodable {
        let value: Double?
    }

    struct Templating: Decodable {
        let list: [Variable]
    }

    struct Variable: Decodable {
        let name: String
        let type: String
    }
}
