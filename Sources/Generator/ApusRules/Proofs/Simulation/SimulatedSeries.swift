/// An input series as the simulation reads it: a value a step, or nil while it is not there.
struct SimulatedSeries {
    let labels: [String: String]
    let values: [Double?]
}
