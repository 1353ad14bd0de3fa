/// How an annotation writes a value
/// (https://prometheus.io/docs/prometheus/2.42/configuration/template_reference/#numbers).
public enum ValueFormat: Hashable, Sendable {
    /// With so many digits after the point.
    case decimals(Int)
    /// A ratio in percent, with its sign.
    case percentage
    /// Bytes with a binary prefix: `512MiB`.
    case bytes
    /// Seconds with their usual unit: `1h 2m 3s`.
    case duration
}
