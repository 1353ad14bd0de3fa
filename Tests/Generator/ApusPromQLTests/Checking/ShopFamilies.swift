import ApusMetrics
import ApusPromQL

/// Metrics of a shop, of every kind.
enum ShopFamilies {
    static let families = [
        MetricFamily(name: "requests_total", kind: .counter, help: "Requests.", labelNames: ["route", "code"]),
        MetricFamily(name: "errors_total", kind: .counter, help: "Errors.", labelNames: ["route", "code"]),
        MetricFamily(name: "orders_sent_total", kind: .counter, help: "Orders sent."),
        MetricFamily(name: "orders_paid_total", kind: .counter, help: "Orders paid."),
        MetricFamily(name: "queue_depth", kind: .gauge, help: "Waiting.", labelNames: ["queue"]),
        MetricFamily(name: "memory_bytes", kind: .gauge, help: "Memory."),
        MetricFamily(name: "memory_limit_bytes", kind: .gauge, help: "Its limit."),
        MetricFamily(name: "disk_free_bytes", kind: .gauge, help: "Free.", labelNames: ["device"]),
        MetricFamily(name: "disk_size_bytes", kind: .gauge, help: "Size.", labelNames: ["device"]),
        MetricFamily(
            name: "request_seconds", kind: .histogram, help: "Durations.", labelNames: ["route"], buckets: [0.1, 1]),
        MetricFamily(
            name: "page_seconds", kind: .nativeHistogram, help: "Durations.", labelNames: ["route"]),
        MetricFamily(name: "build_info", kind: .info, help: "Version.", labelNames: ["version"]),
        MetricFamily(name: "mode", kind: .stateSet, help: "Mode.", states: ["on", "off"]),
    ]

    static var declarations: SeriesDeclarations { SeriesDeclarations(families) }
}

extension CheckContext {
    static let ownRule = CheckContext.rule(scrapeInterval: .seconds(15), evaluationInterval: .seconds(30))
    static let ownAlert = CheckContext.alert(scrapeInterval: .seconds(15), evaluationInterval: .seconds(30))
    static let foreignRule = CheckContext(.recording, strictness: .foreign, scrapeInterval: .seconds(15))
    static let foreignAlert = CheckContext(.alert, strictness: .foreign)
    static let foreignPanel = CheckContext(.panel, strictness: .foreign)
}

/// What is found in a text, as `kind severity: the part it is about`.
func findings(_ text: String, _ context: CheckContext, _ declarations: SeriesDeclarations = ShopFamilies.declarations) throws
    -> [String]
{
    let expression = try PromQLExpression(parsing: text, dialect: context.place == .panel ? .grafana : .prometheus)
    return expression.findings(declarations: declarations, context: context).map { finding in
        let part = Array(text.utf8)[finding.position]
        return "\(finding.kind.rawValue) \(finding.severity.rawValue): \(String(decoding: part, as: UTF8.self))"
    }
}
