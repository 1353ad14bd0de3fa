/// Input that makes an alert silent, pending, firing and silent again, at the steps of a ``ProofTimeline``.
struct AlertProof {
    let series: [ProofSeries]
    /// The labels of the firing alert, without those that the rule adds.
    let labels: [(String, String)]
    /// The value of the condition when the alert fires.
    let value: Double
}
