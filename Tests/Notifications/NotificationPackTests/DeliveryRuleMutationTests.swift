import GeneratorTesting
import Testing

/// The generated tests are worth something only if they fail when a rule is wrong.
@Suite struct `Generated tests of delivery rules` {
    /// The rules that a fleet has of the pack: alerts, and what is recorded of its objectives.
    static let rules = ((try? TestedRule.all(of: DeliveringFleets.production)) ?? []).filter { tested in
        tested.file == "rules/delivery-alerts.yml"
            || ["worker-deliveries", "worker-pickup"].contains(tested.rule.labels?["objective"])
    }

    @Test func `there is one of every rule`() throws {
        #expect(Self.rules.count > 20)
        for tested in Self.rules { #expect(tested.isTested, "\(tested.testDescription)") }
    }

    @Test(arguments: rules)
    func `pass of the rule as it is, and fail of every other`(tested: TestedRule) throws {
        try tested.expectEveryMutantToFail(but: Self.equivalence)
    }

    /// Why a change of a rule on deliveries changes nothing that can be observed.
    private static func equivalence(_ rule: RuleDocument.Rule, _ mutant: EquivalentMutants.Mutant) -> String? {
        switch (rule.name, mutant.change) {
        case ("DeliveriesStalled", "sum becomes avg"), ("DeliveriesStalled", "sum becomes max"):
            "rates are never negative: their sum is 0 when their mean and the largest are"
        case ("HighErrorRate", "window 300000 ms becomes 150000 ms")
        where mutant.rule.expr.contains("(rate(notification_delivery_failures_total[2m30s])) > 0) > 0.01"):
            "of the attempts a hundredth fail: their window moves the sum by less than the smallest step"
        default: nil
        }
    }
}
