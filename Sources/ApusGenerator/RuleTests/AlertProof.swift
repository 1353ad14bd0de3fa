/// Input that makes an alert silent, pending, firing and silent again, at the steps of a ``ProofTimeline``.
package struct AlertProof {
    let series: [ProofSeries]
    /// Every alert that then fires.
    let firing: [Firing]

    struct Firing {
        /// Without those that the rule adds.
        let labels: [(String, String)]
        /// Of the condition.
        let value: Double
    }

    init(series: [ProofSeries], firing: [Firing]) {
        self.series = series
        self.firing = firing
    }

    /// One alert fires.
    package init(series: [ProofSeries], labels: [(String, String)] = [], value: Double) {
        self.init(series: series, firing: [Firing(labels: labels, value: value)])
    }
}
