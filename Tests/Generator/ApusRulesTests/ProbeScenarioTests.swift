import AgentMetrics
import ApusProbes
import ApusTopology
import GeneratorTesting
import Testing

/// What alerts make of probes: the series are those that the book of a real agent says at each scrape.
@Suite struct `Alerts of probes` {
    /// Seconds between two attempts of each probe, by its service.
    private static let intervals = ["quick": 15, "slow": 60, "rare": 600]

    private static let fleet = Fleet("probes") {
        FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
        for (name, seconds) in intervals.sorted(by: { $0.key < $1.key }) {
            FleetProbe(.tcp(name, host: "127.0.0.1", port: 9), every: .seconds(seconds))
        }
    }

    /// What the agent serves of one probe, a value each 15 s for an hour and a half.
    ///
    /// - Parameter answers: what comes of the attempt at a second; nil where the agent does not ask.
    private static func served(_ service: String, _ answers: (Int) -> Bool?) -> [String: String] {
        let interval = intervals[service] ?? 0
        let identity = InstanceIdentity(service: service, instance: service)
        let declaration = ProbeDeclaration(
            identity, .tcp(TCPTarget(host: "127.0.0.1", port: 9)), interval: .seconds(interval), timeout: .seconds(5))
        func time(_ second: Int) -> UInt64 { UInt64(second + 1000) * 1_000_000_000 }
        let book = ProbeBook()
        book.keep([declaration], at: time(0), realtime: 1_000_000)
        var values: (up: [String], overdue: [String]) = ([], [])
        for second in 0...5400 {
            if second % interval == 1, let isWell = answers(second) {
                let result: Result<ProbeFigures, ProbeFailure> =
                    isWell ? .success(.connected) : .failure(ProbeFailure(.connection, "nobody listens"))
                _ = book.note(result, of: declaration.id, seconds: 0.1, at: time(second))
            }
            guard second.isMultiple(of: 15), let standing = book.standing(of: declaration.id, at: time(second)) else {
                continue
            }
            values.up.append(standing.isUp.map { $0 ? "1" : "0" } ?? "_")
            values.overdue.append(standing.isOverdue ? "1" : "0")
        }
        let labels = "service=\"\(service)\",instance=\"\(service)\",probe=\"tcp\""
        return [
            "apus_probe_up{\(labels)}": values.up.joined(separator: " "),
            "apus_probe_overdue{\(labels)}": values.overdue.joined(separator: " "),
        ]
    }

    private static func all(_ answers: (Int) -> Bool?) -> [String: String] {
        intervals.keys.reduce(into: [:]) { $0.merge(served($1, answers)) { first, _ in first } }
    }

    private static let scenarios: [RuleScenario] = [
        RuleScenario(
            "the agent asks nobody after ten minutes", of: fleet, all { $0 < 600 ? true : nil },
            .at("9m", "ProbeUnasked", 0), .at("12m", "ProbeUnasked", 1), .at("15m", "ProbeUnasked", 2),
            .at("45m", "ProbeUnasked", 3), .at("45m", "ProbeDown", 0), .at("80m", "ProbeDown", 0)),
        RuleScenario(
            "the agent asks nobody after ten minutes, and nobody had answered", of: fleet, all { $0 < 600 ? false : nil },
            .at("45m", "ProbeUnasked", 3), .at("80m", "ProbeDown", 0)),
        RuleScenario(
            "nobody answers", of: fleet, all { $0 < 1200 },
            .at("20m", "ProbeDown", 0), .at("22m", "ProbeDown", 1), .at("24m", "ProbeDown", 2), .at("39m", "ProbeDown", 2),
            .at("45m", "ProbeDown", 3), .at("80m", "ProbeUnasked", 0)),
        RuleScenario(
            "the probe that is asked each minute fails once", of: fleet, served("slow") { $0 != 1201 },
            [20, 21, 22, 23, 25].map { .at("\($0)m", "ProbeDown", 0) }),
        RuleScenario(
            "the probe that is asked each ten minutes fails once", of: fleet, served("rare") { $0 != 1201 },
            [20, 22, 25, 29, 31, 35].map { .at("\($0)m", "ProbeDown", 0) }),
    ]

    @Test(arguments: scenarios) func `fire for what people must hear of`(scenario: RuleScenario) throws {
        try scenario.expectItToHold()
    }
}
