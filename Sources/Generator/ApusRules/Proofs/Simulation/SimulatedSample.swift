import ApusPromQL

/// A value of one series at one moment.
struct SimulatedSample {
    /// With the metric's name as `__name__`, as long as the expression keeps it.
    var labels: [String: String]
    var value: Double

    static let nameLabel = "__name__"

    var unnamed: SimulatedSample {
        var sample = self
        sample.labels[Self.nameLabel] = nil
        return sample
    }

    /// The labels by which a partner is found: these, or all but these and the name.
    func signature(_ matching: PromQLMatching) -> [String: String] {
        switch matching.labels {
        case .on(let names): labels.filter { names.contains($0.key) }
        case .ignoring(let names): labels.filter { !names.contains($0.key) && $0.key != Self.nameLabel }
        case nil: unnamed.labels
        }
    }
}

/// An input series as the simulation reads it: a value a step, or nil while it is not there.
struct SimulatedSeries {
    let labels: [String: String]
    let values: [Double?]
}
