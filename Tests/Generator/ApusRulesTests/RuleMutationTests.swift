import ApusTopology
import GeneratorTesting
import Testing

/// The generated tests are worth something only if they fail when a rule is wrong.
@Suite struct `Generated rule tests` {
    static let rules: [TestedRule] = (try? TestedRule.all(of: shopFleet().varied(for: .production)) + ofOtherLanguages) ?? []

    /// Those that only services of other languages have, or have otherwise.
    private static var ofOtherLanguages: [TestedRule] {
        get throws {
            let names = ["EventLoopLag", "FewDescriptorsLeft", "PoolExhausted", "ProcessGone", "ReportsCease"]
            return try TestedRule.all(of: polyglotFleet).filter { names.contains($0.rule.name) }
        }
    }

    @Test func `there is one of every rule`() throws {
        #expect(Self.rules.count > 85)
        for tested in Self.rules { #expect(tested.isTested, "\(tested.testDescription)") }
    }

    @Test(arguments: rules)
    func `pass of the rule as it is, and fail of every other`(tested: TestedRule) throws {
        try tested.expectEveryMutantToFail()
    }
}
