/// Counts the elements of a request while it is read, so that a small body cannot become large in memory.
struct OTLPTally {
    let limits: OTLPLimits
    private var left: Int

    init(_ limits: OTLPLimits) {
        self.limits = limits
        left = limits.elements
    }

    /// Counts one more element, and one more of those in `count`, of which there may be so many.
    ///
    /// - Returns: what is wrong; `nil` when nothing is.
    mutating func take(_ count: Int, most: Int = .max, _ what: String) -> String? {
        guard count < most else { return "\(most) \(what) are the most" }
        guard left > 0 else {
            return "the request has more than \(limits.elements) metrics, points, attributes and exemplars: send several"
        }
        left -= 1
        return nil
    }
}
