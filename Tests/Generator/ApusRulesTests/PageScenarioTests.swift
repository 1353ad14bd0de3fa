import GeneratorTesting
import Testing

/// Pages that come and go: once, as with a new release, and again and again.
@Suite struct `Events of pages that come and go` {
    private static let billing = #"{service="billing",instance="billing-1""#
    /// Five fetches of six fail.
    private static let rareSuccess = Array(repeating: "1 0 0 0 0 0", count: 20).joined(separator: " ")
    private static let rareFailures = (0..<20).flatMap { round in (0..<6).map { "\(round * 5 + $0)" } }.joined(separator: " ")

    private static let flapping = (11...90).map { "\($0 * 15)s" }

    private static func gone(_ steps: Int) -> [String: String] {
        [
            "service_scrape_failures_total\(billing),reason=\"connection\"}": "0x40 1+1x\(steps - 1) \(steps)x60",
            "apus_service_reports_total\(billing)}": "100+1x40 140x\(steps - 1) 141+1x60",
            "service_scrape_up\(billing)}": "1x40 0x\(steps - 1) 1x60",
        ]
    }

    private static let comings =
        [3, 6].map { steps in
            RuleScenario(
                "a page is gone for \(steps * 15) s while its service is started anew", of: pagedFleet, gone(steps),
                .at("11m", "PageUnreliable", 0), .at("11m30s", "PageUnreliable", 0), .at("12m", "PageUnreliable", 0),
                .at("13m", "PageUnreliable", 0), .at("14m", "PageUnreliable", 0), .at("15m", "PageUnreliable", 0),
                .at("16m", "PageUnreliable", 0))
        }
        + ["InstanceDown", "PageUnread", "PageUnreliable"].map { alert in
            RuleScenario(
                "a page that is there for a moment every 90 s makes one alert \(alert)", of: pagedFleet,
                [
                    "apus_service_up\(billing)}": rareSuccess, "service_scrape_up\(billing)}": rareSuccess,
                    "service_processes\(billing),state=\"sleeping\"}": "1x119",
                    "service_scrape_failures_total\(billing),reason=\"timeout\"}": rareFailures,
                    "apus_service_reports_total\(billing)}": (0..<20).map { "\($0 + 1)x5" }.joined(separator: " "),
                ], flapping.map { .at($0, alert, 1) })
        }
        + [
            RuleScenario(
                "a service that is up again for five minutes is not down", of: pagedFleet,
                ["apus_service_up\(billing)}": "1 1 0x9 1x60"], .at("3m", "InstanceDown", 1), .at("7m45s", "InstanceDown", 1),
                .at("8m15s", "InstanceDown", 0))
        ]

    @Test(arguments: comings)
    func `call whom they should, once, and nobody else`(scenario: RuleScenario) throws { try scenario.expectItToHold() }
}
