/// A threshold that a load test missed.
package struct ThresholdMiss: Sendable, Hashable, Codable, CustomStringConvertible {
    package let name: String
    package let measured: Double
    package let limit: Double
    let unit: String

    package var description: String {
        let relation = measured > limit ? "at most" : "at least"
        return "\(name): \(NumberFormat.short(measured))\(unit), must be \(relation) \(NumberFormat.short(limit))\(unit)"
    }
}
