/// A file of alert rules as a test reads and changes it.
struct RuleDocument: Codable {
    var groups: [Group]

    struct Group: Codable {
        var name: String
        var rules: [Rule]
    }

    struct Rule: Codable, Equatable {
        var alert: String
        var expr: String
        var hold: String
        var labels: [String: String]
        var annotations: [String: String]

        enum CodingKeys: String, CodingKey {
            case alert, expr
            case hold = "for"
            case labels, annotations
        }
    }

    var rules: [Rule] { groups.flatMap(\.rules) }

    subscript(alert: String) -> Rule? { rules.first { $0.alert == alert } }
}
