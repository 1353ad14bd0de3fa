/// How an annotation writes a value
/// (https://prometheus.io/docs/prometheus/2.42/configuration/template_reference/#numbers).
public enum ValueFormat: Hashable, Sendable {
    /// A number with so many digits after the point.
    case decimals(Int)
    /// A ratio in percent, with its sign.
    case percentage
    /// A number of bytes with a binary prefix: `512MiB`.
    case bytes
    /// A number of seconds with its usual units: `1h 2m 3s`.
    case duration
}
