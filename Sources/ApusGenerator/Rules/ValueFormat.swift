import Foundation

/// How an annotation writes a value
/// (https://prometheus.io/docs/prometheus/2.42/configuration/template_reference/#numbers).
package enum ValueFormat: Hashable {
    /// With so many digits after the point.
    case decimals(Int)
    /// A ratio in percent, with its sign.
    case percentage
    /// Bytes with a binary prefix: `512MiB`.
    case bytes

    var templateFunction: String {
        switch self {
        case .decimals(let digits): "printf \"%.\(digits)f\""
        case .percentage: "humanizePercentage"
        case .bytes: "humanize1024"
        }
    }

    /// What Prometheus writes: Go's `%.4g` and C's agree on the values of these functions.
    func rendered(_ value: Double) -> String {
        switch self {
        case .decimals(let digits): return String(format: "%.\(digits)f", value)
        case .percentage: return String(format: "%.4g%%", value * 100)
        case .bytes:
            var rest = value
            var prefix = ""
            for next in ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"] where abs(rest) >= 1024 {
                prefix = next
                rest /= 1024
            }
            return String(format: "%.4g", rest) + prefix
        }
    }
}
