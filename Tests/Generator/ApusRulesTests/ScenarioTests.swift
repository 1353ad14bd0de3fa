import ApusTopology
import GeneratorTesting
import Testing

/// Events that a person who is called knows: what must call, and what must not.
@Suite struct `Events` {
    private static func packing(_ name: String, _ labels: String = "", of instance: String = "east") -> String {
        "\(name){service=\"packing\",instance=\"\(instance)\"\(labels.isEmpty ? "" : ",\(labels)")}"
    }

    private static func processes(_ state: String, of instance: String = "east") -> String {
        packing("service_processes", "state=\"\(state)\"", of: instance)
    }

    // MARK: - Groups

    private static let nightly = Fleet("nightly") {
        FleetService("jobs", runtime: .other, found: [ProcessMatch(command: #"^/srv/jobs/(?<job>\w+)"#)], named: "jobs-${job}")
        FleetService("ledger", runtime: .other, found: [.unit("ledger.service")]) { Instance("ledger-1", metricsPort: 9131) }
    }

    private static let groups = [
        RuleScenario(
            "a database that somebody else starts, and of which the fleet knows no limit, has no limit", of: pagedFleet,
            [
                #"service_process_resident_memory_bytes{service="billing",instance="billing-1"}"#: "9e9x40",
                #"service_processes{service="billing",instance="billing-1",state="sleeping"}"#: "1x40",
            ], .at("9m", "MemoryNearLimit", 0)),
        RuleScenario(
            "eight workers with a fifth of a core each are not busy, and one with all of it is", of: polyglotFleet,
            [
                packing("worker_cpu_usage_percent"): "160x40", processes("sleeping"): "7x40", processes("running"): "1x40",
                packing("worker_cpu_usage_percent", of: "west"): "98x40", processes("running", of: "west"): "1x40",
            ], .at("9m", "HighCPU", 1)),
        RuleScenario(
            "a zombie alone is no service", of: polyglotFleet,
            [
                packing("apus_service_up"): "1x40", processes("zombie"): "1x40", processes("sleeping"): "0x40",
                #"apus_service_up{service="database",instance="database-1"}"#: "1x40",
                #"service_processes{service="database",instance="database-1",state="zombie"}"#: "1x40",
                #"service_processes{service="database",instance="database-1",state="sleeping"}"#: "0x40",
            ], .at("9m", "ProcessGone", 2)),
        RuleScenario(
            "a group of whose processes there is room for none lives", of: polyglotFleet,
            [
                packing("apus_service_up"): "1x40", packing("service_processes_unwatched"): "700x40",
                processes("zombie"): "0x40", processes("sleeping"): "0x40", processes("running"): "0x40",
            ], .at("9m", "ProcessGone", 0)),
        RuleScenario(
            "a script that ran at night is forgotten after five minutes, and a declared service is not", of: nightly,
            [
                #"apus_service_up{service="jobs",instance="jobs-backup"}"#: "1x4 0x20",
                #"apus_service_up{service="ledger",instance="ledger-1"}"#: "1x120",
            ], .at("1m", "ServiceAbsent", 0), .at("15m", "ServiceAbsent", 0), .at("25m", "ServiceAbsent", 0)),
        RuleScenario(
            "nothing is heard of a declared service any more", of: nightly,
            [#"apus_service_up{service="ledger",instance="ledger-1"}"#: "1x20"],
            .at("5m", "ServiceAbsent", 0), .at("15m", "ServiceAbsent", 1)),
        RuleScenario(
            "scripts that end, under names that they captured, are not down; a service that is declared is", of: polyglotFleet,
            [
                #"apus_service_up{service="reports",instance="reports-lisbon"}"#: "1 1 0x40",
                #"apus_service_up{service="python",instance="python-backup.py"}"#: "1 1 0x40",
                #"service_processes{service="reports",instance="reports-lisbon",state="sleeping"}"#: "1 1 0x40",
            ], .at("2m", "InstanceDown", 0), .at("9m", "InstanceDown", 0), .at("9m", "ProcessGone", 0)),
        RuleScenario(
            "a declared instance that ends is down", of: polyglotFleet, [packing("apus_service_up"): "1 1 0x40"],
            .at("1m", "InstanceDown", 0), .at("2m", "InstanceDown", 1)),
    ]

    // MARK: - Quiet hours

    private static let quiet = Fleet("quiet") {
        FleetService("checkout", role: .api, records: [.requests]) { Instance("c1", port: 3001, metricsPort: 9101) }
        Objective.availability(of: "checkout", 0.999)
    }

    private static func bucket(_ bound: String) -> String {
        #"http_server_request_duration_seconds_bucket{service="checkout",instance="c1",status="200",le="\#(bound)"}"#
    }

    private static func count(_ status: String) -> String {
        #"http_server_request_duration_seconds_count{service="checkout",instance="c1",status="\#(status)"}"#
    }

    private static let quietHours = [
        RuleScenario(
            "one request of a quiet quarter of an hour is slow", of: quiet,
            [bucket("0.5"): "10x60", bucket("1"): "10x20 11x40", bucket("+Inf"): "10x20 11x40", count("200"): "10x20 11x40"],
            .at("6m", "HighRequestLatency", 0), .at("8m", "HighRequestLatency", 0)),
        RuleScenario(
            "two requests of sixteen a minute are slow", of: quiet,
            [bucket("0.5"): "0+3.5x60", bucket("1"): "0+4x60", bucket("+Inf"): "0+4x60", count("200"): "0+4x60"],
            .at("8m", "HighRequestLatency", 1)),
        RuleScenario(
            "one of ten requests an hour fails at night", of: quiet,
            [count("200"): "100x100 101x100 102x140", count("503"): "0x200 1x140"],
            .at("51m", "ErrorBudgetBurn", 0), .at("53m", "ErrorBudgetBurn", 0), .at("80m", "ErrorBudgetBurn", 0)),
        RuleScenario(
            "a request of ten an hour fails each day, which is no more than the long windows bear", of: quiet, every: "1m",
            [count("200"): "0+0.16x4400", count("503"): "0x1200 1x1400 2x1800"],
            .at("1205m", "ErrorBudgetBurn", 0), .at("2610m", "ErrorBudgetBurn", 0), .at("4300m", "ErrorBudgetBurn", 0)),
        RuleScenario(
            "six requests of ten an hour fail within three days, by rules that run every minute", of: quiet, every: "1m",
            [count("200"): "0+0.16x4300", count("503"): "0x699 1x699 2x699 3x699 4x699 5x699 6x100"],
            // Four and five of them, and six.
            .at("2815m", "ErrorBudgetBurn", 0), .at("4195m", "ErrorBudgetBurn", 0), .at("4215m", "ErrorBudgetBurn", 1)),
        RuleScenario(
            "four requests fail in the first hour of a fleet, by rules that run every five seconds", of: quiet, every: "5s",
            [count("200"): "0+0.014x800", count("503"): "0x240 1x120 2x120 3x120 4x200"],
            .at("40m", "ErrorBudgetBurn", 0), .at("52m", "ErrorBudgetBurn", 0), .at("60m", "ErrorBudgetBurn", 0)),
        RuleScenario(
            "a tenth of the requests fails", of: quiet, [count("200"): "0+9x400", count("503"): "0+1x400"],
            .at("80m", "ErrorBudgetBurn", 4)),
    ]

    // MARK: - Bounds

    private static let promised = Fleet("promised") {
        FleetService("checkout", role: .api, records: [.requests]) { Instance("c1", port: 3001, metricsPort: 9101) }
        Objective.latency(of: "checkout", 0.99, below: 0.25)
    }

    /// A histogram whose buckets grow by so much in each step.
    private static func histogram(_ instance: String, _ buckets: KeyValuePairs<String, Int>) -> [String: String] {
        let name = "http_server_request_duration_seconds"
        let labels = "service=\"checkout\",instance=\"\(instance)\",status=\"200\""
        let all = buckets.last?.value ?? 0
        var series = ["\(name)_count{\(labels)}": "0+\(all)x400"]
        for (bound, growth) in buckets { series["\(name)_bucket{\(labels),le=\"\(bound)\"}"] = "0+\(growth)x400" }
        return series
    }

    private static let bounds: [RuleScenario] = [
        RuleScenario(
            "a service's histogram has no bucket at the bound of its objective", of: promised,
            histogram("c1", ["0.2": 9, "0.5": 10, "+Inf": 10]),
            .at("8m", "ObjectiveBoundAbsent", 1), .at("80m", "ObjectiveBoundAbsent", 1), .at("80m", "ErrorBudgetBurn", 0)),
        RuleScenario(
            "the histogram of one of two instances has no bucket at the bound", of: promised,
            histogram("c1", ["0.2": 10, "+Inf": 10]).merging(histogram("c2", ["0.25": 10, "+Inf": 10])) { first, _ in first },
            .at("80m", "ObjectiveBoundAbsent", 1), .at("80m", "ErrorBudgetBurn", 0)),
        RuleScenario(
            "a fifth of the requests is slower than the bound, and one instance does not say it", of: promised,
            histogram("c1", ["0.2": 10, "+Inf": 10]).merging(histogram("c2", ["0.25": 8, "+Inf": 10])) { first, _ in first },
            .at("80m", "ObjectiveBoundAbsent", 1), .at("80m", "ErrorBudgetBurn", 4)),
        RuleScenario(
            "all requests are within the bound", of: promised, histogram("c1", ["0.25": 10, "+Inf": 10]),
            .at("80m", "ObjectiveBoundAbsent", 0), .at("80m", "ErrorBudgetBurn", 0)),
    ]

    // MARK: - Pages

    private static let failures = #"service_scrape_failures_total{service="mailer",instance="mailer-1",reason="timeout"}"#
    private static let reports = #"apus_service_reports_total{service="mailer",instance="mailer-1"}"#
    private static let page = #"service_scrape_up{service="mailer",instance="mailer-1"}"#
    private static let process = #"service_processes{service="mailer",instance="mailer-1",state="sleeping"}"#

    private static let pages = [
        RuleScenario(
            "every second fetch of a page fails", of: pagedFleet,
            [
                failures: "0 1 1 2 2 3 3 4 4 5 5 6 6 7 7 8 8 9 9 10 10 11 11 12 12 13 13 14 14",
                reports: "1 1 2 2 3 3 4 4 5 5 6 6 7 7 8 8 9 9 10 10 11 11 12 12 13 13 14 14 15",
                page: "1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1",
            ], .at("6m", "PageUnreliable", 1), .at("6m", "PageUnread", 0)),
        RuleScenario(
            "four Prometheus and people fetch a page of which one fetch in fourteen fails", of: pagedFleet,
            [failures: "0+0.6x60", reports: "0+7.8x60", page: "1x60"], .at("8m", "PageUnreliable", 0)),
        RuleScenario(
            "a page ends to be there, and its process lives", of: pagedFleet,
            [failures: "0x20 1+1x40", reports: "0+1x20 20x40", page: "1x20 0x40", process: "1x60"],
            .at("6m", "PageUnreliable", 0), .at("6m30s", "PageUnreliable", 0), .at("6m45s", "PageUnreliable", 0),
            .at("7m", "PageUnreliable", 0), .at("7m", "PageUnread", 1), .at("9m", "PageUnreliable", 0)),
    ]

    @Test(arguments: groups + quietHours + bounds + pages)
    func `call whom they should, and nobody else`(scenario: RuleScenario) throws { try scenario.expectItToHold() }
}
