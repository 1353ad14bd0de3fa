import AgentMetrics
import ApusMetrics
import ApusPromQL
public import ApusTopology

extension Threshold {
    /// The share of fetches of a page that fail, from 0 to 1.
    ///
    /// One Prometheus in so many scrapes that fails leaves its gauges with a gap in each graph; a page that is gone is another alert's.
    public static let pageFailures = ThresholdKey.ratio("pageFailures", 0.1, .medium, "fetches of a page that fail")
    /// The number of processes of a group that start within a minute.
    ///
    /// systemd gives up on a unit that starts five times within ten seconds, 30 a minute: what comes more often is started again by something
    /// in the group itself, which gives up on nothing.
    public static let births = ThresholdKey.count("births", 30, .low, "processes of a group started in a minute")
}

extension AlertName {
    static let pageUnread = ofSomeFleets("PageUnread")
    static let pageUnreliable = ofSomeFleets("PageUnreliable")
    static let pageSeriesLeftOut = ofSomeFleets("PageSeriesLeftOut")
    static let processesChurn = ofSomeFleets("ProcessesChurn")
}

/// What agents see of services that do not report: their pages, and their groups of processes.
struct PageAlerts {
    let fleet: Fleet

    var all: [Alert] {
        let groups = Set(fleet.groupedServices.map(\.name))
        // Of a page alone nobody knows whether its process lives.
        return (fleet.pagedServices.contains { groups.contains($0.name) } ? [pageUnread] : [])
            + (fleet.pagedServices.isEmpty ? [] : [pageUnreliable, seriesLeftOut])
            + (fleet.groupedServices.isEmpty ? [] : [processesChurn])
    }

    /// A page that is not there is down; where its process lives, the page is what fails.
    private var pageUnread: Alert {
        let alive = ServiceProcesses.processes.series.matching(.label(.state), .differs, ProcessState.zombie.rawValue).value > 0
        func page(_ instance: String, _ course: InputCourse) -> AlertInput {
            AlertInput(ServiceScrape.up, [.service: "a", .instance: instance], course)
        }
        func processes(_ instance: String, _ state: ProcessState, _ count: Double) -> AlertInput {
            AlertInput(
                ServiceProcesses.processes, [.service: "a", .instance: instance, .label(.state): state.rawValue],
                .constant(count))
        }
        return Alert(
            .pageUnread, when: (ServiceScrape.up.series.value == 0).and(alive, on: .service, .instance),
            keepFiring: fleet.keepFiring, severity: .critical,
            summary: "The page of a running service cannot be read.",
            description:
                "\(.instance) of service \(.service) has processes, and the agent cannot fetch or read its page of metrics.",
            runbook: Runbook(
                meaning:
                    "The page is not served, not in its time, or is no page of metrics, while processes of the instance run.",
                impact: "The service may hang; what it says of itself is unknown, and alerts on that are silent.",
                queries: [
                    .init("Failed fetches by reason", ServiceScrape.failures.series.rate(over: fleet.rateWindow)),
                    .init("Time of the last fetch", ServiceScrape.duration.series.value),
                ],
                actions: [
                    "Read why: `journalctl -u apus-agent -n 50` names the page and what is wrong with it.",
                    "Fetch it yourself on that host: `curl -v URL`, with the URL that /etc/apus/agent.yaml has.",
                    "`connection`: nothing listens there: look whether the service listens at another port.",
                    "`timeout`: the service is slow or hangs: look at its CPU, and at what it waits for.",
                ]),
            inputs: [
                page("one", .level(quiet: 1, bad: 0)), processes("one", .sleeping, 1),
                // Nothing but a zombie is left of it, which is another alert's.
                page("two", .constant(0)), processes("two", .zombie, 1), processes("two", .running, 0),
            ])
    }

    /// The share of fetches that fail, for whatever reason: a fetch that succeeds counts as a report.
    static func pageFailures(in fleet: Fleet) -> InstantVector<TargetKey> {
        let failed = ServiceScrape.failures.series.rate(over: fleet.rateWindow).sum(perTarget: .service, .instance)
        let served = ServiceState.reports.series.rate(over: fleet.rateWindow).sum(perTarget: .service, .instance)
        return failed / ((failed + served) > 0)
    }

    /// Whether the page went and came again more than once lately: once, it does so when its service is started anew.
    private var comesAndGoes: InstantVector<SeriesKey<NoKey>> {
        ServiceScrape.up.series.samples(over: .fixed(Self.changeWindow(of: fleet))).changes > 2
    }

    /// The window of rates, or a dozen fetches where that is longer.
    fileprivate static func changeWindow(of fleet: Fleet) -> Duration {
        max(fleet.alertWindow, max(fleet.scraping.interval, fleet.scraping.evaluationInterval) * 12)
    }

    var pageUnreliable: Alert {
        let limit = fleet.thresholds[Threshold.pageFailures]
        return Alert(
            .pageUnreliable, when: (Self.pageFailures(in: fleet) > limit.value).on(.service, .instance).and(comesAndGoes),
            threshold: limit,
            summary: "The page of a service often cannot be read.",
            description:
                "\(value: .percentage) of the fetches of the page of \(.instance) of service \(.service) fail; the limit is \(limit).",
            runbook: Runbook(
                meaning: """
                    More fetches of the page fail than `Thresholds.pageFailures`, and others between them succeed; that it is gone once, as \
                    while its service is started anew, is not enough.
                    """,
                impact: "Graphs and alerts of the service have gaps, in which it counts as down.",
                queries: [
                    .init("Failed fetches by reason", ServiceScrape.failures.series.rate(over: fleet.rateWindow)),
                    .init("Fetches that succeed", ServiceState.reports.series.rate(over: fleet.rateWindow)),
                    .init("Time of the last fetch", ServiceScrape.duration.series.value),
                    .init("Samples on the page", ServiceScrape.samples.series.value),
                ],
                actions: [
                    "Read why: `journalctl -u apus-agent -n 50` names the page and what is wrong with it.",
                    "`timeout`: let the service answer sooner, or give its `MetricsPage` a longer timeout.",
                    "`limit`: find the label with many values, and bound these.",
                ]),
            inputs: PageFetches(limit, in: fleet).inputs[0], furtherInputs: Array(PageFetches(limit, in: fleet).inputs[1...]))
    }

    private var seriesLeftOut: Alert {
        Alert(
            .pageSeriesLeftOut, anyOf: ServiceScrape.leftOut.series, in: fleet, severity: .low,
            summary: "A page is served without some of its series.",
            description:
                "Series of the page of \(.instance) of service \(.service) are left out, by reason \(.label(.reason)).",
            runbook: Runbook(
                meaning:
                    "The page has series that contradict themselves or one another, or are past a limit; all others are served.",
                impact: "Panels and alerts on these series are silent.",
                queries: [
                    .init("Series left out, by reason", ServiceScrape.leftOut.series.increase(over: fleet.rateWindow)),
                    .init("Samples that are served", ServiceScrape.samples.series.value),
                ],
                actions: [
                    "Read which: `journalctl -u apus-agent -n 50` names the first series and their lines.",
                    "`duplicate`: two collectors of the service serve the same series: register one of them.",
                    "`histogram` and `value`: the client library writes what no series of that type can be: update it.",
                    "`name` and `type`: rename the metric, or mend its `# TYPE` line.",
                    "`limit`: shorten its labels.",
                ]))
    }

    /// Births of each group within a minute.
    static func births(in fleet: Fleet) -> InstantVector<SeriesKey<NoKey>> {
        ServiceProcesses.started.series.rate(over: fleet.rateWindow) * 60
    }

    var processesChurn: Alert {
        let limit = fleet.thresholds[Threshold.births]
        return Alert(
            .processesChurn, when: Self.births(in: fleet), above: limit,
            summary: "Processes of a service end and start all the time.",
            description: """
                \(value: .decimals(0)) processes a minute of \(.instance) of service \(.service) have started; the limit is \(limit).
                """,
            runbook: Runbook(
                meaning:
                    "More processes of the group start than `Thresholds.births`: they end soon, and something in it starts them again.",
                impact: "Work is begun and not done, and starting takes CPU time from what is.",
                queries: [
                    .init("Ends per second", ServiceProcesses.ended.series.rate(over: fleet.rateWindow)),
                    .init("Processes by state", ServiceProcesses.processes.series.value),
                ],
                actions: [
                    "See what starts: `systemd-cgls --unit UNIT`, a few times, or `pidstat -C NAME 1`.",
                    "Read why they end: the service's log, and `journalctl -k | grep -i -e oom -e segfault`.",
                    "If the service starts a process for each of its jobs, raise `Thresholds.births`.",
                ]),
            inputs: [
                AlertInput(
                    ServiceProcesses.started, [.service: "a", .instance: "one"],
                    .growth(quiet: limit.value / 60 * 0.9994, bad: limit.value / 60 * 1.0006))
            ])
    }
}

/// What the tests of ``PageAlerts/pageUnreliable`` feed it.
///
/// Failures stand above the line and below it: each test has another of the three rates change so that only the right windows on
/// all of them take the share past its limit.
private struct PageFetches {
    private let limit: Double
    /// The part of a rate by which it may fall within one step, as a counter does not fall.
    private let change: Double

    init(_ threshold: Threshold, in fleet: Fleet) {
        limit = threshold.value
        change = min(0.02, 0.5 * (fleet.scraping.evaluationInterval / PageAlerts.changeWindow(of: fleet)))
    }

    /// Fetches a second at the limit, that fail and that do not.
    private var failing: Double { 0.5 * limit }
    private var serving: Double { 0.5 - failing }

    private func failed(_ reason: ScrapeFailure, _ course: InputCourse) -> AlertInput {
        AlertInput(ServiceScrape.failures, [.service: "a", .instance: "one", .label(.reason): reason.rawValue], course)
    }

    private func served(_ job: String, _ course: InputCourse) -> AlertInput {
        AlertInput(ServiceState.reports, [.job: job, .service: "a", .instance: "one"], course)
    }

    private func page(_ course: InputCourse) -> AlertInput {
        AlertInput(ServiceScrape.up, [.service: "a", .instance: "one"], course)
    }

    var inputs: [[AlertInput]] {
        // So little past the limit that a mean of the rates before and after a change is within it.
        let more = change * limit / 4
        let fewer = more / (1 - limit)
        return [
            [
                failed(.timeout, .rising(to: failing * 0.4)), failed(.connection, .rising(to: failing * 0.6)),
                served("a", .falling(to: serving * 0.4)), served("b", .falling(to: serving * 0.6)), page(.alternating(nil)),
            ],
            // More fail.
            [
                failed(.timeout, .growth(quiet: failing * (1 - change), bad: failing * (1 + more))),
                served("a", .growth(quiet: serving, bad: serving)), page(.alternating(nil)),
            ],
            // Fewer fail, and of those that do not there are fewer by more.
            [
                failed(.timeout, .growth(quiet: failing * (1 + change), bad: failing)),
                served("a", .growth(quiet: serving * (1 + change) * (1 + more), bad: serving * (1 - fewer))),
                page(.alternating(nil)),
            ],
            // Many fail all the time, at first in one row.
            [
                failed(.timeout, .growth(quiet: failing * 2, bad: failing * 2)),
                served("a", .growth(quiet: serving, bad: serving)), page(.alternating(3)),
            ],
        ]
    }
}

extension Fleet {
    /// The services whose instances serve pages of metrics.
    var pagedServices: [FleetService] { services.filter { $0.page != nil } }

    /// The services of whose processes an agent makes groups.
    var groupedServices: [FleetService] { watchedServices.filter { $0.found?.matches.isEmpty != true } }
}
