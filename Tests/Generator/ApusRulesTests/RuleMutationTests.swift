import ApusTopology
import GeneratorTesting
import Testing

/// The generated tests are worth something only if they fail when a rule is wrong.
@Suite struct `Generated rule tests` {
    static let rules: [TestedRule] = (try? TestedRule.all(of: shopFleet().varied(for: .production))) ?? []

    @Test func `there is one of every rule`() throws {
        #expect(Self.rules.count > 80)
        for tested in Self.rules { #expect(tested.isTested, "\(tested.testDescription)") }
    }

    @Test(arguments: rules)
    func `pass of the rule as it is, and fail of every other`(tested: TestedRule) throws {
        try tested.expectEveryMutantToFail()
    }
}
