import AgentMetrics
import ApusReporting
import CoreMetrics
import HTTPTypes
import Synchronization

/// The requests that this instance answered, by method, route and status, and those that it is answering.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        var method: RequestMethod
        var route: RoutePattern
        var status: Int
    }

    private struct Series {
        /// Nil of requests whose client went away: the time until then says nothing of this instance.
        let recorder: CoreMetrics.Recorder?
        var count = 0
    }

    private struct State {
        var series: [Key: Series] = [:]
        var active = 0
    }

    private let factory: any MetricsFactory
    private let activeGauge: CoreMetrics.Meter
    private let abandoned: CoreMetrics.Counter
    private let state: Mutex<State>

    init(factory: any MetricsFactory) {
        self.factory = factory
        activeGauge = HTTPServer.activeRequests.handle(factory: factory)
        activeGauge.set(0)
        abandoned = HTTPServer.abandonedRequests.handle(factory: factory)
        var state = State()
        for route in RoutePattern.allCases {
            for status in route.statuses {
                let key = Key(method: route.methods.first.map(RequestMethod.init) ?? .get, route: route, status: status)
                state.series[key] = Self.series(key, factory: factory)
            }
        }
        self.state = Mutex(state)
    }

    /// Notes that a request has begun.
    func begin(_ method: RequestMethod, _ route: RoutePattern) -> RunningRequest {
        state.withLock {
            $0.active += 1
            activeGauge.set(Double($0.active))
        }
        return RunningRequest(method: method, route: route, metrics: self)
    }

    fileprivate func end(_ method: RequestMethod, _ route: RoutePattern, status: Int, after duration: Duration) {
        let key = Key(method: method, route: route, status: status)
        let recorder = state.withLock { state in
            state.active -= 1
            // Within the lock, so that an earlier value never comes after a later one.
            activeGauge.set(Double(state.active))
            var series = state.series[key] ?? Self.series(key, factory: factory)
            series.count += 1
            state.series[key] = series
            return series.recorder
        }
        if let recorder { recorder.record(duration / .seconds(1)) } else { abandoned.increment() }
    }

    var statistics: StatisticsAnswer.Requests {
        let (series, active) = state.withLock { ($0.series, $0.active) }
        let counts = series.filter { $0.value.count > 0 }.map { key, series in
            StatisticsAnswer.RequestCount(
                method: key.method.rawValue, route: key.route.rawValue, status: key.status, count: series.count)
        }
        return StatisticsAnswer.Requests(
            total: counts.map(\.count).reduce(0, +), active: active,
            routes: counts.sorted { ($0.route, $0.method, $0.status) < ($1.route, $1.method, $1.status) })
    }

    private static func series(_ key: Key, factory: any MetricsFactory) -> Series {
        guard key.status != Int(Problem.clientGone.status.code) else { return Series(recorder: nil) }
        let labels = RequestLabels(method: key.method.rawValue, route: key.route.rawValue, status: key.status)
        return Series(recorder: HTTPServer.requestDuration.handle(labels, factory: factory))
    }
}

/// A request from its head to the end of its response.
///
/// It ends once: when it is told so, or when the last who holds it lets it go,
/// as a response that a broken connection cannot take is let go.
final class RunningRequest: Sendable {
    private let method: RequestMethod
    private let route: RoutePattern
    private let metrics: RequestMetrics
    private let start = ContinuousClock.now
    private let state = Mutex((status: 500, hasEnded: false))

    fileprivate init(method: RequestMethod, route: RoutePattern, metrics: RequestMetrics) {
        self.method = method
        self.route = route
        self.metrics = metrics
    }

    deinit { end() }

    /// Notes the status of the response; without it the request counts as failed.
    func answered(status: Int) { state.withLock { $0.status = status } }

    func end() {
        let status: Int? = state.withLock { state in
            defer { state.hasEnded = true }
            return state.hasEnded ? nil : state.status
        }
        if let status { metrics.end(method, route, status: status, after: start.duration(to: .now)) }
    }
}

/// A request's method as metrics write it; any that is not in RFC 9110 or RFC 5789 is one, named as in OpenTelemetry's conventions.
enum RequestMethod: String, CaseIterable, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case connect = "CONNECT"
    case options = "OPTIONS"
    case trace = "TRACE"
    case other = "_OTHER"

    init(_ method: HTTPRequest.Method) { self = Self(rawValue: method.rawValue) ?? .other }
}
