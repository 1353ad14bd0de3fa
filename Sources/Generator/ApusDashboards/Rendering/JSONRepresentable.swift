/// What writes itself as JSON.
protocol JSONRepresentable {
    /// Writes one value.
    func write(to json: inout JSONWriter)
}
