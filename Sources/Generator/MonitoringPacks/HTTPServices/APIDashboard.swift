import AgentMetrics
import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology

/// Requests by rate, errors and duration (RED).
struct APIDashboard {
    let fleet: Fleet

    var dashboard: Dashboard {
        fleet.dashboard(
            .api, title: "API",
            description: "Requests to the \(fleet.name) fleet: how many, how many fail, how long they take.",
            variables: [
                DashboardVariable(.job, of: HTTPServer.activeRequests),
                DashboardVariable(.service, of: HTTPServer.activeRequests),
                DashboardVariable(.instance, of: HTTPServer.activeRequests),
                DashboardVariable(.label(.route), of: HTTPServer.requestDuration),
            ]
        ) {
            PanelRow(height: 4) { [totalRate, totalErrors, typicalLatency, totalActive] }
            PanelRow("Rate") { [byStatus, byRoute, byInstance] }
            PanelRow("Errors") { [errorRatio, failuresByRoute] }
            PanelRow("Duration") { [latency, latencyHeatmap, latencyByRoute] }
            PanelRow("Routes") { [routes, active] }
        }
    }

    private let requests = HTTPServer.requestDuration.series
    private let rates = HTTPServer.requestDuration.series.countRate(over: .rateInterval)
    private let buckets = HTTPServer.requestDuration.series.bucketRates(over: .rateInterval)
    private let failures = HTTPServer.requestDuration.series.matching(.label(.status), .matches, "5..")
        .countRate(over: .rateInterval)

    private typealias Requests = InstantVector<SeriesKey<RequestLabels.Key>>

    /// Answers with status 5xx among all, by a label: 0 where none failed, nothing where nothing was asked.
    private func errorRatio(by key: SeriesKey<RequestLabels.Key>) -> Requests {
        let all = rates.sum(by: key)
        return failures.sum(by: key).or(all * 0) / (all > 0)
    }

    // MARK: - Single values

    private var totalRate: Panel {
        Panel("Request rate", description: "Requests answered per second.", kind: .stat, unit: .requestsPerSecond) {
            PanelQuery(rates.sum(), legend: "requests")
        }.linked(to: .loadBalancer, "Load balancer", of: fleet)
    }

    private var totalErrors: Panel {
        Panel(
            "Error ratio", description: "Answers with status 5xx among all, by service; empty while nothing is asked.",
            kind: .stat, unit: .ratio
        ) {
            PanelQuery(errorRatio(by: .service), legend: "\(.service)")
        }.thresholds(.limit(of: RequestAlerts(fleet: fleet).highErrorRatio))
    }

    private var typicalLatency: Panel {
        Panel(
            "Latency, 95th percentile", description: "The time in which nineteen of twenty requests are answered, by service.",
            kind: .stat, unit: .seconds
        ) {
            PanelQuery(buckets.sum(by: .service).quantile(0.95), legend: "\(.service)")
        }.thresholds(.limit(of: RequestAlerts(fleet: fleet).highLatency))
    }

    private var totalActive: Panel {
        Panel("Requests under way", description: "Requests being answered at the moment.", kind: .stat, unit: .count) {
            PanelQuery(HTTPServer.activeRequests.series.value.sum(), legend: "under way")
        }
    }

    // MARK: - Rate

    private var byStatus: Panel {
        func answers(_ pattern: String) -> InstantVector<NoKey> {
            requests.matching(.label(.status), .matches, pattern).countRate(over: .rateInterval).sum()
        }
        return Panel(
            "Requests by class of status",
            description:
                "Requests answered per second, stacked by the first digit of the status, and those whose client went away before "
                + "they were whole.",
            kind: .stackedLines, unit: .requestsPerSecond
        ) {
            PanelQuery(answers("2.."), legend: "2xx")
            PanelQuery(answers("3.."), legend: "3xx")
            PanelQuery(answers("4.."), legend: "4xx")
            PanelQuery(answers("5.."), legend: "5xx")
            PanelQuery(HTTPServer.abandonedRequests.series.rate(over: .rateInterval).sum(), legend: "client went away")
        }.overrides(
            .named("2xx", .color(.green)), .named("3xx", .color(.blue)), .named("4xx", .color(.orange)),
            .named("5xx", .color(.red)))
    }

    private var byRoute: Panel {
        Panel(
            "Requests by route", description: "Requests answered per second by each route, stacked up to all.",
            kind: .stackedLines, unit: .requestsPerSecond
        ) {
            PanelQuery(rates.sum(by: .label(.route)), legend: "\(.label(.route))")
        }
    }

    private var byInstance: Panel {
        Panel(
            "Requests by instance", description: "Requests answered per second by each process, stacked up to all.",
            kind: .stackedLines, unit: .requestsPerSecond
        ) {
            PanelQuery(rates.sum(by: .instance), legend: "\(.instance)")
        }.linkedToInstance(of: fleet)
    }

    // MARK: - Errors

    private var errorRatio: Panel {
        Panel(
            "Error ratio by service", description: "Answers with status 5xx among all; a gap while nothing is asked.",
            unit: .ratio
        ) {
            PanelQuery(errorRatio(by: .service), legend: "\(.service)")
        }.thresholds(.limit(of: RequestAlerts(fleet: fleet).highErrorRatio)).linked(to: .objectives, "Objectives", of: fleet)
    }

    private var failuresByRoute: Panel {
        Panel(
            "Failures by route", description: "Answers with status 5xx per second, by route and status.", kind: .stackedLines,
            unit: .requestsPerSecond
        ) {
            PanelQuery(
                failures.sum(by: .label(.route), .label(.status)), legend: "\(.label(.route)): \(.label(.status))")
        }
    }

    // MARK: - Duration

    private var latency: Panel {
        Panel(
            "Latency", description: "Time from a request's head to the end of its answer: median, 95th and 99th percentile.",
            unit: .seconds
        ) {
            buckets.percentiles
        }.thresholds(.limit(of: RequestAlerts(fleet: fleet).highLatency)).linked(to: .objectives, "Objectives", of: fleet)
    }

    private var latencyHeatmap: Panel {
        buckets.heatmap("Spread of latency", description: "How many requests took how long.")
    }

    private var latencyByRoute: Panel {
        Panel("Latency by route", description: "The 95th percentile of each route.", unit: .seconds) {
            PanelQuery(buckets.sum(by: .label(.route)).quantile(0.95), legend: "\(.label(.route))")
        }.thresholds(.limit(of: RequestAlerts(fleet: fleet).highLatency))
    }

    // MARK: - Routes

    private var routes: Panel {
        Panel(
            "By route", description: "Requests per second, the share that fails, and the 95th percentile of each route.",
            kind: .table, unit: .none, width: .twoThirds
        ) {
            PanelQuery(rates.sum(by: .label(.route)), legend: "Requests")
            PanelQuery(errorRatio(by: .label(.route)), legend: "Errors")
            PanelQuery(buckets.sum(by: .label(.route)).quantile(0.95), legend: "95th percentile")
        }.overrides(
            .named("route", .displayName("Route")), .named("Requests", .unit(.requestsPerSecond), .decimals(2)),
            .named("Errors", .unit(.ratio), .thresholds(.limit(of: RequestAlerts(fleet: fleet).highErrorRatio)), .coloredCells),
            .named(
                "95th percentile", .unit(.seconds), .thresholds(.limit(of: RequestAlerts(fleet: fleet).highLatency)),
                .coloredCells
            ))
    }

    private var active: Panel {
        Panel(
            "Requests under way by instance", description: "Requests being answered at the moment.", kind: .stackedLines,
            unit: .count
        ) {
            PanelQuery(HTTPServer.activeRequests.series.value, legend: "\(.instance)")
        }.linkedToInstance(of: fleet)
    }
}
