import ApusFiles
import ApusGenerator
import ApusTopology
import Yams

/// A file of rules as a test reads and changes it.
struct RuleDocument: Codable {
    var groups: [Group]

    struct Group: Codable {
        var name: String
        var interval: String?
        var rules: [Rule]
    }

    struct Rule: Codable, Equatable {
        var record: String?
        var alert: String?
        var expr: String
        var hold: String?
        var labels: [String: String]?
        var annotations: [String: String]?

        enum CodingKeys: String, CodingKey {
            case record, alert, expr
            case hold = "for"
            case labels, annotations
        }

        var name: String { alert ?? record ?? "" }
    }

    var rules: [Rule] { groups.flatMap(\.rules) }

    subscript(alert: String) -> Rule? { rules.first { $0.alert == alert } }

    /// The alert rules of a fleet, whatever file they are in.
    static func alerts(of fleet: Fleet) throws -> [Rule] {
        try FileKind.rules.files(for: fleet).flatMap { try YAMLDecoder().decode(Self.self, from: $0.contents).rules }
            .filter { $0.alert != nil }
    }
}
