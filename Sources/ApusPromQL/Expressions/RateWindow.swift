/// How far back a rate looks.
public enum RateWindow: Hashable, Sendable {
    /// A fixed time: for rules. At least four scrapes, so that one lost scrape leaves a rate.
    case fixed(Duration)
    /// Grafana's `$__rate_interval`, which follows the zoom and the scrape interval: for panels.
    case rateInterval

    public static func seconds(_ count: Int) -> Self { .fixed(.seconds(count)) }
    public static func minutes(_ count: Int) -> Self { .fixed(.seconds(count * 60)) }

    var text: String {
        switch self {
        case .fixed(let duration): DurationText.string(duration)
        case .rateInterval: "$__rate_interval"
        }
    }
}
