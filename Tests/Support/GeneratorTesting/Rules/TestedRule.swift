import ApusFiles
import ApusGenerator
import ApusPromQL
package import ApusTopology
import Foundation
import HostTesting
import Testing
import Yams

/// A rule, and the file of tests that speaks of it.
package struct TestedRule: Sendable, CustomTestStringConvertible {
    /// The path of the rule's file.
    package let file: String
    package let rule: RuleDocument.Rule
    let group: RuleDocument.Group
    let tests: RuleTestDocument

    package var testDescription: String {
        ([rule.name] + (rule.labels ?? [:]).filter { $0.key != "severity" }.values.sorted()).joined(separator: " ")
    }

    package static func all(of fleet: Fleet) throws -> [TestedRule] {
        let tests = Dictionary(uniqueKeysWithValues: try FileKind.ruleTests.files(for: fleet).map { ($0.path, $0.contents) })
        return try FileKind.rules.files(for: fleet).flatMap { file in
            let document = try YAMLDecoder().decode(RuleDocument.self, from: file.contents)
            let path = file.path.replacingOccurrences(of: ".yml", with: ".test.yml")
            let all = try YAMLDecoder().decode(RuleTestDocument.self, from: try #require(tests[path], "\(path)"))
            return document.groups.flatMap { group in
                group.rules.map { TestedRule(file: file.path, rule: $0, group: group, tests: all.about($0)) }
            }
        }
    }

    /// Whether some case speaks of the rule.
    package var isTested: Bool { !tests.tests.isEmpty }

    /// Expects that the tests pass of the rule as it is, and fail of each rule that differs from it in one place.
    ///
    /// - Parameter more: why a change makes no difference that can be observed, besides what ``EquivalentMutants`` knows of; nil
    ///   when it makes one.
    package func expectEveryMutantToFail(
        but more: (RuleDocument.Rule, EquivalentMutants.Mutant) -> String? = { _, _ in nil }
    ) throws {
        let mutants = try mutants().filter { EquivalentMutants.reason(rule, $0) == nil && more(rule, $0) == nil }
        let passing = try passing([rule] + mutants.map(\.rule))
        #expect(passing[0], "the rule as it is")
        for (mutant, passes) in zip(mutants, passing.dropFirst()) { #expect(!passes, "\(mutant.change): \(mutant.rule.expr)") }
    }

    /// The rule with one change each, by what changed.
    private func mutants() throws -> [EquivalentMutants.Mutant] {
        let expression = try PromQLExpression(parsing: rule.expr)
        var mutants = ExpressionMutants.all(of: expression).map { mutant in
            var changed = rule
            changed.expr = mutant.expression.description
            return (mutant.change, changed)
        }
        if let hold = rule.hold {
            let step = try Self.seconds(tests.evaluationInterval)
            for seconds in [try Self.seconds(hold) - step, try Self.seconds(hold) + step] {
                var changed = rule
                changed.hold = "\(Int(seconds * 1000))ms"
                mutants.append(("for \(hold) becomes \(seconds) s", changed))
            }
            for seconds in try rule.keepFiring.map({ try [Self.seconds($0) - step, Self.seconds($0) + step] }) ?? [] {
                var changed = rule
                changed.keepFiring = "\(Int(seconds * 1000))ms"
                mutants.append(("keep_firing_for \(rule.keepFiring ?? "") becomes \(seconds) s", changed))
            }
            var changed = rule
            changed.labels?["severity"] = rule.labels?["severity"] == "low" ? "high" : "low"
            mutants.append(("another severity", changed))
        }
        return mutants
    }

    private static func seconds(_ text: String) throws -> Double {
        let milliseconds = ["ms": 1.0, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        return text.matches(of: /([0-9]+)([a-z]+)/).reduce(0) {
            $0 + (Double($1.1) ?? .nan) * (milliseconds[String($1.2)] ?? .nan)
        }
            / 1000
    }

    /// For each of some rules in its place, whether the tests pass: one run of promtool for all.
    private func passing(_ others: [RuleDocument.Rule]) throws -> [Bool] {
        let folder = try TemporaryFolder()
        var paths: [String] = []
        for (index, other) in others.enumerated() {
            var group = group
            // Others of a group matter to a recording rule, which may be made of them, and to an alert whose name they have.
            let together = rule.record == nil ? group.rules.filter { $0.name == rule.name } : group.rules
            group.rules = together.map { $0 == rule ? other : $0 }
            var tests = tests
            tests.ruleFiles = ["rules-\(index).yml"]
            try folder.write(try YAMLEncoder().encode(RuleDocument(groups: [group])), to: tests.ruleFiles[0])
            try folder.write(try YAMLEncoder().encode(tests), to: "tests-\(index).yml")
            paths.append(folder.path("tests-\(index).yml"))
        }
        let result = try Command.run("promtool", ["test", "rules"] + paths)
        // In the order of the files: a line with the file's name, then how it went.
        let parts = result.text.components(separatedBy: "Unit Testing:  ").dropFirst()
        return try paths.map { path in
            let part = try #require(parts.first { $0.hasPrefix(path + "\n") }, "\(result.text)")
            return part.contains("SUCCESS")
        }
    }
}
