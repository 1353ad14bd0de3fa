import ApusDashboards
/// A classic dashboard as a test reads it.
struct DashboardDocument: Decodable {
    let uid: String
    let title: String
    let description: String
    /// As they are written: folded rows have their panels in them.
    let panels: [Panel]
    let templating: Templating
    let annotations: Annotations

    /// Panels that draw something, wherever they are.
    var allPanels: [Panel] { panels.flatMap { $0.type == "row" ? $0.panels ?? [] : [$0] } }

    /// Headings too.
    var everything: [Panel] { panels.flatMap { [$0] + ($0.panels ?? []) } }

    struct Panel: Decodable {
        let id: Int
        let title: String
        let type: String
        let gridPos: Position
        /// What headings have not.
        let description: String?
        let targets: [Target]?
        let fieldConfig: FieldConfig?
        let datasource: Datasource?
        let collapsed: Bool?
        let panels: [Panel]?
        let `repeat`: String?
        let links: [Link]?
    }

    struct Link: Decodable {
        let url: String?
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
        let format: String?
        let instant: Bool
    }

    struct Datasource: Decodable {
        let type: String
        let uid: String
    }

    struct FieldConfig: Decodable {
        let defaults: Defaults
    }

    struct Defaults: Decodable {
        let unit: String?
        let min: Double?
        let thresholds: Thresholds?
        let links: [Link]?
    }

    struct Thresholds: Decodable {
        let steps: [Step]
    }

    struct Step: Decodable {
        let value: Double?
        let color: String
    }

    struct Templating: Decodable {
        let list: [Variable]
    }

    struct Variable: Decodable {
        let name: String
        let type: String
        let definition: String?
        let allValue: String?
        let refresh: Int
    }

    struct Annotations: Decodable {
        let list: [Annotation]
    }

    struct Annotation: Decodable {
        let name: String
        let builtIn: Int?
        let expr: String?
    }
}
