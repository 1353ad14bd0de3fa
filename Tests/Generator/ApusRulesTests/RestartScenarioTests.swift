import ApusTopology
import GeneratorTesting
import Testing

/// What starts again and again, and what only looks like it.
@Suite struct `Restarts` {
    /// Seconds between two scrapes, which divide neither the window nor one another.
    private static let intervals = [7, 10, 13, 15, 20, 45]

    private static func fleet(every interval: Int) -> Fleet {
        Fleet("restarts") {
            FleetService("ledger", runtime: .other, found: [.unit("ledger.service")]) {
                Instance("ledger-1", metricsPort: 9131)
            }
            FleetService("web", runtime: .other, found: [ProcessMatch(command: "^web: worker")]) {
                Instance("web-1", metricsPort: 9132)
            }
            FleetService("sessions", runtime: .other, found: [.unit("sshd@*.service")]) {
                Instance("ssh", metricsPort: 9133)
            }
            FleetService(
                "jobs", runtime: .other, found: [ProcessMatch(command: #"^/srv/jobs/(?<job>\w+)"#)], named: "jobs-${job}")
            Agents(.perHost)
            HostUnits("backup.service")
            Scraping(interval: .seconds(interval))
        }
    }

    /// A process lives from one second to another.
    private typealias Life = Range<Int>

    /// What an agent serves of a group's processes for half an hour.
    private static func served(
        _ service: String, _ instance: String, _ lives: [Life], every interval: Int
    ) -> [String: String] {
        let labels = "service=\"\(service)\",instance=\"\(instance)\""
        let looks = stride(from: 0, through: 1800, by: interval).map { now in (now, lives.filter { $0.contains(now) }) }
        func values(_ value: (Int, [Life]) -> String) -> String {
            looks.map { now, living in value(now, living) }.joined(separator: " ")
        }
        // A group that is gone has neither a start nor an age.
        func oldest(_ living: [Life]) -> Int? { living.map(\.lowerBound).min() }
        return [
            "service_process_start_time_seconds{\(labels)}": values { oldest($1).map { "\($0)" } ?? "stale" },
            "worker_uptime_seconds{\(labels)}": values { now, living in oldest(living).map { "\(now - $0)" } ?? "stale" },
            "service_processes{\(labels),state=\"sleeping\"}": values { "\($1.count)" },
            "apus_service_up{\(labels)}": values { $1.isEmpty ? "0" : "1" },
        ]
    }

    private static func scenarios(
        _ event: String, _ service: String, _ instance: String, _ lives: [Life], every intervals: [Int] = intervals,
        fires: Bool, _ times: String...
    ) -> [RuleScenario] {
        intervals.map { interval in
            RuleScenario(
                "\(event), and is looked at every \(interval) s", of: fleet(every: interval), every: "\(interval)s",
                served(service, instance, lives, every: interval),
                times.map { .at($0, "TooManyRestarts", fires ? 1 : 0) })
        }
    }

    // MARK: - Lives

    /// Three workers, of which all are new at some times.
    private static func workers(startingAt starts: [Int]) -> [Life] {
        let all = [-5000] + starts
        return zip(all, starts + [9000]).flatMap { start, end in (0..<3).map { start + $0..<end } }
    }

    /// So many processes at a time of which each is replaced at its end.
    private static func turns(_ count: Int, living lifetime: Int) -> [Life] {
        stride(from: -lifetime, to: 1900, by: lifetime / count).map { $0..<$0 + lifetime }
    }

    private static let loop = (0..<60).map { 300 + 35 * $0..<330 + 35 * $0 }

    private static let groups: [RuleScenario] =
        scenarios(
            "a group of which all are started four times within a quarter of an hour", "web", "web-1",
            workers(startingAt: [333, 481, 611, 791]), fires: true, "16m")
        + scenarios(
            "a group of which all are started three times within a quarter of an hour", "web", "web-1",
            workers(startingAt: [333, 481, 611]), fires: false, "11m", "14m", "16m", "20m")
        + scenarios(
            "a group whose eight workers live for a minute each", "web", "web-1", turns(8, living: 60), fires: false, "9m",
            "18m", "29m")
        + scenarios(
            "a group whose eight workers live for 24 seconds each", "web", "web-1", turns(8, living: 24),
            every: [7, 10, 13, 15, 20], fires: false, "9m", "18m", "29m")
        + scenarios(
            "a group of three connections, of which one ends every half minute", "sessions", "ssh", turns(3, living: 99),
            fires: false, "9m", "18m", "29m")
        + scenarios(
            "a job of cron, which runs for forty seconds of each minute", "jobs", "jobs-backup",
            (0..<31).map { 60 * $0..<60 * $0 + 40 }, fires: false, "9m", "18m", "29m")
        + scenarios("a service that crashes half a minute after each start", "ledger", "ledger-1", loop, fires: true, "18m")
        + scenarios("a worker that crashes half a minute after each start", "web", "web-1", loop, fires: true, "18m")

    // MARK: - Names that commands have

    private static let site = #"{service="reports",instance="reports-lisbon""#

    /// Parts of a series in promtool's notation.
    private static func runs(_ count: Int, _ part: (Int) -> String) -> String {
        (0..<count).map(part).joined(separator: " ")
    }

    private static let masterStarts = "-90000x60 \(runs(40) { "\(305 + 20 * $0)x3" })"
    private static let masterUptimes = "90000+5x60 \(runs(40) { _ in "0+5x3" })"

    private static let captured: [RuleScenario] = [
        RuleScenario(
            "the oldest of four workers, which live for eight minutes each, is another one every other minute",
            of: polyglotFleet,
            [
                "service_process_start_time_seconds\(site)}": "-360x7 -240x7 -120x7 0x7 120x7 240x7 360x20",
                "worker_uptime_seconds\(site)}": "360+15x7 360+15x7 360+15x7 360+15x7 360+15x7 360+15x7 360+15x20",
                "service_processes\(site),state=\"sleeping\"}": "4x70",
            ], .at("8m", "TooManyRestarts", 0), .at("12m", "TooManyRestarts", 0)),
        RuleScenario(
            "workers that are ended in turn are all started again by a deployment", of: polyglotFleet,
            [
                "service_process_start_time_seconds\(site)}": "-360x7 -240x7 -120x7 0x7 120x7 600x50",
                "worker_uptime_seconds\(site)}": "360+15x7 360+15x7 360+15x7 360+15x7 360+15x7 0+15x50",
                "service_processes\(site),state=\"sleeping\"}": "4x90",
            ], .at("10m", "TooManyRestarts", 0), .at("11m30s", "TooManyRestarts", 0), .at("14m", "TooManyRestarts", 0)),
        RuleScenario(
            "a master with four workers ends and is started again every twenty seconds", of: polyglotFleet, every: "5s",
            [
                "service_process_start_time_seconds\(site)}": masterStarts,
                "worker_uptime_seconds\(site)}": masterUptimes,
                "service_processes\(site),state=\"sleeping\"}": "4x300", "service_processes\(site),state=\"running\"}": "1x300",
            ], .at("5m", "TooManyRestarts", 0), .at("8m30s", "TooManyRestarts", 1), .at("15m", "TooManyRestarts", 1)),
        RuleScenario(
            "a master with four workers ends and is started again every three minutes", of: polyglotFleet,
            [
                "service_process_start_time_seconds\(site)}": runs(10) { "\(180 * $0)x11" },
                "worker_uptime_seconds\(site)}": runs(10) { _ in "0+15x11" },
                "service_processes\(site),state=\"sleeping\"}": "5x120",
            ], .at("8m", "TooManyRestarts", 0), .at("20m", "TooManyRestarts", 1)),
        RuleScenario(
            "one worker starts every other minute", of: polyglotFleet,
            [
                "service_process_start_time_seconds\(site)}": "0x7 120x7 240x7 360x7 480x7 600x30",
                "worker_uptime_seconds\(site)}": "\(runs(5) { _ in "0+15x7" }) 0+15x30",
                "service_processes\(site),state=\"sleeping\"}": "1x70",
            ], .at("12m", "TooManyRestarts", 1)),
    ]

    // MARK: - Units

    private static let units: [RuleScenario] = [
        RuleScenario(
            "systemd starts a job again four times, and another three times", of: fleet(every: 15),
            [
                #"systemd_service_restart_total{service="apus-agent",instance="a",unit="backup.service"}"#:
                    "0x20 1x3 2x3 3x3 4x40",
                #"systemd_service_restart_total{service="apus-agent",instance="a",unit="ledger.service"}"#: "0x20 1x3 2x3 3x40",
            ],
            .at("8m", "UnitRestartsOften", 0), .at("10m", "UnitRestartsOften", 1), .at("16m", "UnitRestartsOften", 1)),
        RuleScenario(
            "a timer starts a job every minute, which nobody starts again", of: fleet(every: 15),
            [
                #"systemd_service_restart_total{service="apus-agent",instance="a",unit="backup.service"}"#: "0x120"
            ], .at("20m", "UnitRestartsOften", 0)),
    ]

    @Test(arguments: groups + captured + units)
    func `call whom they should, and nobody else`(scenario: RuleScenario) throws { try scenario.expectItToHold() }
}
