import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusText
public import ApusTopology

extension Threshold {
    /// The share of answers with status 5xx among all, from 0 to 1.
    public static let requestErrorRatio = ThresholdKey.ratio("requestErrorRatio", 0.05, .critical, "failed requests")
    /// The 95th percentile of the time to answer a request.
    public static let requestLatency = ThresholdKey.duration(
        "requestLatency", .milliseconds(500), .high, "time of a request, p95", quantileOf: HTTPServer.requestDuration.family)
}

extension AlertName {
    static let highRequestErrorRatio = ofSomeFleets("HighRequestErrorRatio")
}

/// Whether requests are answered, and soon.
struct RequestAlerts {
    let fleet: Fleet

    var all: [Alert] { fleet.records(.requests) ? [highErrorRatio, highLatency] : [] }

    private var window: RateWindow { fleet.rateWindow }
    private let requests = HTTPServer.requestDuration.series

    /// The number of failed requests in the window of rates up to which a ratio says nothing: one is all of the requests of a quiet hour.
    private static let fewFailures = 5.0

    /// The number of requests in the window of rates up to which a twentieth is no more than one.
    private static let fewRequests = 20.0

    var highErrorRatio: Alert {
        let limit = fleet.thresholds[Threshold.requestErrorRatio]
        let failures = requests.matching(.label(.status), .matches, "5..")
        let all = requests.countRate(over: window).sum(by: .service)
        let ratio = failures.countRate(over: window).sum(by: .service) / (all > 0)
        let failed = failures.countIncrease(over: window).sum(by: .service)
        func answered(_ instance: String, _ status: String, _ course: InputCourse) -> AlertInput {
            .count(
                of: HTTPServer.requestDuration,
                [.service: "a", .instance: instance, .label(.method): "GET", .label(.route): "/", .label(.status): status],
                course)
        }
        let seconds = fleet.alertWindow / .seconds(1)
        // Far more failures than those few, at the limit of the ratio.
        let many = max(0.5, 4 * Self.fewFailures / (limit.value * seconds))
        let rate = many * limit.value
        // As many failures as those few, far above the limit of the ratio.
        let few = Self.fewFailures / seconds
        let rest = few * (1 - limit.value) / 4
        return Alert(
            .highRequestErrorRatio, when: (ratio > limit.value).and(failed > Self.fewFailures), threshold: limit,
            summary: "Too many requests fail.",
            description: """
                \(value: .percentage) of the requests to service \(.service) in the last \
                \(text: DurationText.string(fleet.alertWindow)) were answered with status 5xx; \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: """
                    Among all answers, more have a status of 500 or above than `Thresholds.requestErrorRatio`, and they are more than \
                    \(Int(Self.fewFailures)) within the window of rates.
                    """,
                impact: "Clients are refused; those that do not try again lose what they sent.",
                queries: [
                    .init(
                        "Failed requests per second by route and status",
                        requests.matching(.label(.status), .matches, "5..").countRate(over: window)
                            .sum(by: .label(.route), .label(.status))),
                    .init("Requests per second", all),
                ],
                actions: [
                    "Read what failed: `journalctl -u 'apus-SERVICE@*' -p warning -n 100`.",
                    fleet.records(.pool)
                        ? "503 means that the store or the pool is the cause: see PoolExhausted and the database's alerts."
                        : "503 means that the service cannot do it now, as a rule for want of what it asks itself: look there.",
                    "If it began with a release, take the release back.",
                ]),
            inputs: [
                answered("one", "500", .rising(to: rate * 0.6)), answered("two", "503", .rising(to: rate * 0.4)),
                answered("one", "200", .falling(to: (many - rate) * 0.6)),
                answered("two", "404", .falling(to: (many - rate) * 0.4)),
            ],
            furtherInputs: [
                [
                    answered("one", "500", .growth(quiet: few * 0.5996, bad: few * 0.6004)),
                    answered("two", "503", .growth(quiet: few * 0.3996, bad: few * 0.4004)),
                    answered("one", "200", .growth(quiet: rest, bad: rest)),
                ]
            ])
    }

    var highLatency: Alert {
        let limit = fleet.thresholds[Threshold.requestLatency]
        let few = Self.fewRequests / (fleet.alertWindow / .seconds(1))
        func labels(_ instance: String) -> KeyValuePairs<Series<Histogram<RequestLabels>>.Key, String> {
            [.service: "a", .instance: instance, .label(.method): "GET", .label(.route): "/", .label(.status): "200"]
        }
        func quantile(_ limit: Double) -> [AlertInput] {
            AlertInput.quantile(0.95, of: HTTPServer.requestDuration, labels("one"), crossing: limit)
        }
        func answered(_ instance: String, _ course: InputCourse) -> AlertInput {
            .count(of: HTTPServer.requestDuration, labels(instance), course)
        }
        return Alert(
            "HighRequestLatency",
            when: (requests.bucketRates(over: window).sum(by: .service).quantile(0.95) > limit.value).and(
                requests.countIncrease(over: window).sum(by: .service) > Self.fewRequests),
            threshold: limit,
            summary: "Requests are answered slowly.",
            description: """
                One in twenty requests to service \(.service) takes \(value: .decimals(3)) s or longer; \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: """
                    The 95th percentile of the time to answer is past `Thresholds.requestLatency`, of more than \
                    \(Int(Self.fewRequests)) requests within the window of rates.
                    """,
                impact: "Clients wait, and give up at their own deadlines.",
                queries: [
                    Runbook.Query("By route", requests.bucketRates(over: window).sum(by: .label(.route)).quantile(0.95)),
                    Runbook.Query("Requests being answered", HTTPServer.activeRequests.series.value),
                ] + fleet.executorQueries,
                actions: [
                    "Find the slow route, and what it waits for: \(fleet.records(.pool) ? "the pool (SlowPool), " : "")CPU (HighCPU), or \(store).",
                    "Add instances if all routes are slow and CPU is high.",
                ]),
            inputs: quantile(limit.value) + [answered("one", .growth(quiet: few * 4, bad: few * 4))],
            // Slow all the time, and hardly any.
            furtherInputs: [
                quantile(limit.value * 1.002) + [
                    answered("one", .growth(quiet: few * 0.5996, bad: few * 0.6004)),
                    answered("two", .growth(quiet: few * 0.3996, bad: few * 0.4004)),
                ]
            ])
    }

    /// What requests wait for in the end.
    private var store: String { fleet.records(.pool) ? "the store" : "what the service asks itself" }
}
