import ApusTopology
import Foundation

extension ValueFormat {
    var templateFunction: String {
        switch self {
        case .decimals(let digits): "printf \"%.\(digits)f\""
        case .percentage: "humanizePercentage"
        case .bytes: "humanize1024"
        case .duration: "humanizeDuration"
        }
    }

    /// What Prometheus writes: Go's `%.4g` and C's agree on the values of these functions.
    package func rendered(_ value: Double) -> String {
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
        case .duration: return Self.durationText(value)
        }
    }

    /// Go's template function humanizeDuration for values of a millisecond and more.
    private static func durationText(_ value: Double) -> String {
        let sign = value < 0 ? "-" : ""
        let size = abs(value)
        if size == 0 { return "0s" }
        if size < 1 { return sign + String(format: "%.4gms", size * 1000) }
        if size < 60 { return sign + String(format: "%.4gs", size) }
        let seconds = Int64(size)
        let parts = [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
        return sign + parts.drop { $0.0 == 0 }.map { "\($0.0)\($0.1)" }.joined(separator: " ")
    }
}
