import ApusFiles
import ApusGenerator
package import ApusTopology
import Yams

/// A file of rules as a test reads and changes it.
package struct RuleDocument: Codable {
    package var groups: [Group]

    package struct Group: Codable {
        package var name: String
        package var interval: String?
        package var rules: [Rule]
    }

    package struct Rule: Codable, Equatable {
        package var record: String?
        package var alert: String?
        package var expr: String
        package var hold: String?
        package var keepFiring: String?
        package var labels: [String: String]?
        package var annotations: [String: String]?

        enum CodingKeys: String, CodingKey {
            case record, alert, expr
            case hold = "for"
            case keepFiring = "keep_firing_for"
            case labels, annotations
        }

        package var name: String { alert ?? record ?? "" }
    }

    package var rules: [Rule] { groups.flatMap(\.rules) }

    package subscript(alert: String) -> Rule? { rules.first { $0.alert == alert } }

    /// The rules in the text of a file.
    package static func rules(in text: String) throws -> [Rule] { try YAMLDecoder().decode(Self.self, from: text).rules }

    /// The alert rules of a fleet, whatever file they are in.
    package static func alerts(of fleet: Fleet) throws -> [Rule] {
        try FileKind.rules.files(for: fleet).flatMap { try rules(in: $0.contents) }.filter { $0.alert != nil }
    }
}
