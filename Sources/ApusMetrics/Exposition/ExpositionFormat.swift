/// A text format that Prometheus scrapes. Series are the same bytes in each; metadata lines and the end differ.
public enum ExpositionFormat: Sendable, CaseIterable {
    /// Prometheus text 0.0.4: what a client gets that asks for nothing, so that it stands first.
    case text004
    /// OpenMetrics 1.0: units, counters' families without `_total`, and an end by which a cut response is known.
    case openMetrics100

    /// The whole `Content-Type`.
    public var contentType: String {
        parameters.reduce("\(mediaType)/\(mediaSubtype)") { "\($0); \($1.name)=\($1.value)" }
    }

    var mediaType: String {
        switch self {
        case .text004: "text"
        case .openMetrics100: "application"
        }
    }

    var mediaSubtype: String {
        switch self {
        case .text004: "plain"
        case .openMetrics100: "openmetrics-text"
        }
    }

    var parameters: [(name: String, value: String)] {
        switch self {
        case .text004: [("version", "0.0.4"), ("charset", "utf-8")]
        case .openMetrics100: [("version", "1.0.0"), ("charset", "utf-8")]
        }
    }
}
