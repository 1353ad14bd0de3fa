import ApusTopology
import Foundation
import GeneratorTesting
import Testing

/// What people are told when an alert fires.
@Suite struct `Texts of alerts` {
    private static let fleets = FleetShapes.all + AlertFleets.all
    private static let names = Set((try? fleets.flatMap { try RuleDocument.alerts(of: $0).map(\.name) }) ?? [])

    @Test(arguments: fleets) func `speak of alerts and metrics that the fleet has`(fleet: Fleet) throws {
        #expect(Self.names.count > 80)
        try AlertRuleExpectations.runbooksSpeakOfTheFleet(fleet, of: Self.names)
    }

    @Test(arguments: fleets) func `write no value as its limit`(fleet: Fleet) throws {
        #expect(try AlertRuleExpectations.valuesPassTheirLimits(of: RuleDocument.alerts(of: fleet)) > 3)
    }

    /// The files of the example, whose program no test can link.
    @Test func `of the example in the repository are no worse`() throws {
        let folder = URL(filePath: #filePath.components(separatedBy: "/Tests/")[0]).appending(path: "Examples/Polyglot")
        func files(_ name: String, _ suffix: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path).filter {
                $0.hasSuffix(suffix) && !$0.hasSuffix(".test.yml")
            }.map { try String(contentsOf: folder.appending(path: "\(name)/\($0)"), encoding: .utf8) }
        }
        let rules = try files("rules", ".yml").flatMap { try RuleDocument.rules(in: $0) }
        #expect(try AlertRuleExpectations.valuesPassTheirLimits(of: rules) > 10)
        let own = Set(rules.compactMap(\.alert))
        let runbooks = try files("docs/runbooks", ".md")
        #expect(runbooks.count > 40)
        for text in runbooks {
            #expect(AlertRuleExpectations.alertNames(in: text).intersection(Self.names).subtracting(own) == [])
        }
    }
}
