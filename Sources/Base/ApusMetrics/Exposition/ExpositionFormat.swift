/// A format that Prometheus scrapes.
public enum ExpositionFormat: Sendable, CaseIterable {
    /// Prometheus text 0.0.4: what a client gets that asks for nothing, so that it stands first.
    case text004
    /// OpenMetrics 1.0: units, counters' families without `_total`, and an end by which a cut response is known.
    case openMetrics100
    /// OpenMetrics 2.0 as of 2.0.0-rc0: start times, and a histogram or summary on one line. Only for who names its version: the
    /// specification may change, and has every client that names none read 1.0.
    case openMetrics200
    /// Messages `io.prometheus.client.MetricFamily`, each after its length. Only for who names it.
    case protobuf

    /// The whole `Content-Type`.
    public var contentType: String {
        parameters.reduce("\(mediaType)/\(mediaSubtype)") { "\($0); \($1.name)=\($1.value)" }
    }

    var mediaType: String {
        switch self {
        case .text004: "text"
        case .openMetrics100, .openMetrics200, .protobuf: "application"
        }
    }

    var mediaSubtype: String {
        switch self {
        case .text004: "plain"
        case .openMetrics100, .openMetrics200: "openmetrics-text"
        case .protobuf: "vnd.google.protobuf"
        }
    }

    var parameters: [(name: String, value: String)] {
        switch self {
        case .text004: [("version", "0.0.4"), ("charset", "utf-8")]
        case .openMetrics100: [("version", "1.0.0"), ("charset", "utf-8")]
        case .openMetrics200: [("version", "2.0.0"), ("charset", "utf-8")]
        case .protobuf: [("proto", "io.prometheus.client.MetricFamily"), ("encoding", "delimited")]
        }
    }

    /// Parameters without which a media range does not mean this format, so that neither does a wildcard.
    var requiredParameters: [String] {
        switch self {
        case .text004, .openMetrics100: []
        case .openMetrics200: ["version"]
        case .protobuf: ["proto", "encoding"]
        }
    }
}
