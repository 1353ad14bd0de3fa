import ApusFiles
import ApusGenerator
package import ApusTopology
import Foundation
import HostTesting
import Testing
import Yams

/// What must hold of the alert rules of every fleet.
///
/// Tests of each floor hold the fleets of that floor to it.
package enum AlertRuleExpectations {
    /// Expects each alert to have a hold, a severity, texts and a runbook.
    package static func rulesAreComplete(of fleet: Fleet) throws {
        let runbooks = Set(try FileKind.runbooks.files(for: fleet).map(\.path))
        for rule in try RuleDocument.alerts(of: fleet) {
            #expect(rule.hold?.isEmpty == false)
            #expect(Severity.allCases.map(\.rawValue).contains(rule.labels?["severity"] ?? ""))
            #expect(rule.annotations?["summary"]?.hasSuffix(".") == true)
            #expect(rule.annotations?["description"]?.isEmpty == false)
            #expect(runbooks.contains(rule.annotations?["runbook_url"] ?? ""), "\(rule.name)")
        }
    }

    /// Expects promtool to accept the rules, to find nothing to say of them, and to pass the tests written for them.
    package static func rulesPassPromtool(of fleet: Fleet) throws {
        let folder = try TemporaryFolder(
            holding: try FileKind.rules.files(for: fleet) + FileKind.ruleTests.files(for: fleet))
        let rules = try FileKind.rules.files(for: fleet).map { folder.path($0.path) }
        let check = try Command.run("promtool", ["check", "rules", "--lint=all", "--lint-fatal"] + rules)
        #expect(check.passed, "\(check.text)")
        let tests = try FileKind.ruleTests.files(for: fleet).map { folder.path($0.path) }
        let test = try Command.run("promtool", ["test", "rules"] + tests)
        #expect(test.passed, "\(test.text)")
    }

    /// Expects each line of a rule to lead to what it follows from: the alert, its limit, how long alerts hold, where runbooks are.
    package static func linesLeadToDeclarations(of fleet: Fleet) throws {
        var seen: Set<String> = []
        for file in try FileKind.rules.files(for: fleet) where file.path.hasSuffix("-alerts.yml") {
            let lines = file.contents.split(separator: "\n", omittingEmptySubsequences: false)
            let document = try YAMLDecoder().decode(RuleDocument.self, from: file.contents)
            for (rule, number) in zip(document.rules, lines.indices.filter { lines[$0].contains("- alert: ") }) {
                func origin(_ key: String) throws -> FileOrigin {
                    let index = try #require(lines[number...].firstIndex { $0.contains(" \(key): ") }, "\(rule.name) \(key)")
                    return try #require(file.origin(ofLine: index + 1), "\(rule.name) \(key)")
                }
                let name = try #require(rule.alert)
                let declaration = try origin("alert").place
                let limit = try origin("expr")
                #expect(try origin("summary").place == declaration)
                #expect(try origin("runbook_url").place == fleet.alerting.place, "\(name)")
                // A rule with a threshold has its limit and its severity from there; any other one from the alert.
                // Several may stand on one line.
                let thresholds = try fleet.watchedThresholds().filter { $0.place == limit.place }
                #expect(limit.place == declaration || !thresholds.isEmpty, "\(name): \(limit.place)")
                #expect(try origin("severity").place == limit.place, "\(name)")
                if !thresholds.isEmpty {
                    let own = thresholds.filter { rule.labels?["severity"] == $0.severity.rawValue }
                    #expect(!own.isEmpty, "\(name)")
                    #expect(
                        own.contains { $0.isDefault == (limit.remark?.contains("Thresholds(.\($0.name)(") == true) }, "\(name)")
                    seen.formUnion(own.map(\.name))
                }
                let hold = try origin("for").place
                #expect([declaration, fleet.alerting.place, fleet.scraping.place].contains(hold), "\(name): \(hold)")
            }
        }
        // A second limit of an alert has no line of its own, and is in its runbook.
        let runbooks = try FileKind.runbooks.files(for: fleet).map(\.contents)
        let watched = try Set(fleet.watchedThresholds().map(\.name))
        #expect(seen.isSubset(of: watched))
        for name in watched.subtracting(seen) {
            #expect(runbooks.contains { $0.contains("`Thresholds.\(name)` ") }, "\(name)")
        }
    }

    /// The declaration that a line of an alert's rule follows from, by its key.
    package static func origin(of key: String, in alert: String, of fleet: Fleet) throws -> SourcePlace {
        let rules = try #require(
            try FileKind.rules.files(for: fleet).first { $0.contents.contains("- alert: \(alert)\n") }, "\(alert)")
        let lines = rules.contents.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasSuffix("- alert: \(alert)") })
        let index = try #require(lines[start...].firstIndex { $0.contains(" \(key): ") })
        return try #require(rules.origin(ofLine: index + 1)).place
    }

    /// The line of a source of this package, or of what its tests share.
    package static func sourceLine(at place: SourcePlace) throws -> String {
        let root = URL(filePath: #filePath.components(separatedBy: "/Tests/")[0])
        let parts = place.fileID.split(separator: "/").map(String.init)
        let files = ["Sources", "Tests/Support"].flatMap { folder in
            (FileManager.default.enumerator(atPath: root.appending(path: folder).path)?.compactMap { $0 as? String } ?? [])
                .map { "\(folder)/\($0)" }
        }
        let path = try #require(
            files.first { $0.hasSuffix("/\(parts[1])") && $0.split(separator: "/").contains { $0 == parts[0] } }, "\(place)")
        let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        return String(text.split(separator: "\n", omittingEmptySubsequences: false)[place.line - 1])
    }
}
