/// How far back a rate looks.
public enum RateWindow: Hashable, Sendable {
    /// A fixed time: for rules. At least four scrapes, so that one lost scrape leaves a rate.
    case fixed(Duration)
    /// Grafana's `$__rate_interval`, which follows the zoom and the scrape interval: for panels.
    case rateInterval

    public static func seconds(_ count: Int) -> Self { .fixed(.seconds(count)) }
    public static func minutes(_ count: Int) -> Self { .fixed(.seconds(count * 60)) }

    public static func hours(_ count: Int) -> Self { .fixed(.seconds(count * 3600)) }

    var duration: PromQLDuration {
        switch self {
        case .fixed(let duration): PromQLDuration(duration)
        case .rateInterval: .variable("$__rate_interval")
        }
    }
}
