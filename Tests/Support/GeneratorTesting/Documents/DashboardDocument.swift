/// A classic dashboard as a test reads it.
package struct DashboardDocument: Decodable {
    package let uid: String
    package let title: String
    package let description: String
    /// As they are written: folded rows have their panels in them.
    package let panels: [Panel]
    package let templating: Templating
    package let annotations: Annotations

    /// Panels that draw something, wherever they are.
    package var allPanels: [Panel] { panels.flatMap { $0.type == "row" ? $0.panels ?? [] : [$0] } }

    /// Headings too.
    package var everything: [Panel] { panels.flatMap { [$0] + ($0.panels ?? []) } }

    package struct Panel: Decodable {
        package let id: Int
        package let title: String
        package let type: String
        package let gridPos: Position
        /// What headings have not.
        package let description: String?
        package let targets: [Target]?
        package let fieldConfig: FieldConfig?
        package let datasource: Datasource?
        package let collapsed: Bool?
        package let panels: [Panel]?
        package let `repeat`: String?
        package let links: [Link]?
    }

    package struct Link: Decodable {
        package let url: String?
    }

    package struct Position: Decodable {
        package let h: Int
        package let w: Int
        package let x: Int
        package let y: Int
    }

    package struct Target: Decodable {
        package let expr: String
        package let refId: String
        package let legendFormat: String
        package let datasource: Datasource
        package let format: String?
        package let instant: Bool
    }

    package struct Datasource: Decodable {
        package let type: String
        package let uid: String
    }

    package struct FieldConfig: Decodable {
        package let defaults: Defaults
    }

    package struct Defaults: Decodable {
        package let unit: String?
        package let min: Double?
        package let thresholds: Thresholds?
        package let links: [Link]?
    }

    package struct Thresholds: Decodable {
        package let steps: [Step]
    }

    package struct Step: Decodable {
        package let value: Double?
        package let color: String
    }

    package struct Templating: Decodable {
        package let list: [Variable]
    }

    package struct Variable: Decodable {
        package let name: String
        package let type: String
        package let definition: String?
        package let allValue: String?
        package let refresh: Int
    }

    package struct Annotations: Decodable {
        package let list: [Annotation]
    }

    package struct Annotation: Decodable {
        package let name: String
        package let builtIn: Int?
        package let expr: String?
    }
}
