/// The samples of one series within a window, and what PromQL's functions over ranges make of them.
struct SimulatedWindow {
    struct Point {
        let time: Double
        let value: Double
    }

    let labels: [String: String]
    /// One or more.
    let points: [Point]

    /// The window with those of its samples alone whose values are as they should be.
    func keeping(_ isKept: (Double) -> Bool) -> Self { Self(labels: labels, points: points.filter { isKept($0.value) }) }

    var values: [Double] { points.map(\.value) }

    var changes: Double { Double(zip(values, values.dropFirst()).count { $0 != $1 }) }

    var resets: Double { Double(zip(values, values.dropFirst()).count { $1 < $0 }) }

    /// Growth within the window, extrapolated to its ends as Prometheus does it; nil of fewer than two samples.
    func growth(in range: Range<Double>, isCounter: Bool) -> Double? {
        guard points.count > 1, let first = points.first, let last = points.last else { return nil }
        var growth = last.value - first.value
        if isCounter { for (before, after) in zip(values, values.dropFirst()) where after < before { growth += before } }
        let sampled = last.time - first.time
        let average = sampled / Double(points.count - 1)
        var toStart = first.time - range.lowerBound
        if isCounter && growth > 0 && first.value >= 0 { toStart = min(toStart, sampled * first.value / growth) }
        let toEnd = range.upperBound - last.time
        let covered =
            sampled + (toStart < average * 1.1 ? toStart : average / 2) + (toEnd < average * 1.1 ? toEnd : average / 2)
        return growth * covered / sampled
    }

    /// The line of least squares: its rise a second, and its height at a time; nil of fewer than two samples.
    func regression(at time: Double) -> (slope: Double, height: Double)? {
        guard points.count > 1, let first = points.first else { return nil }
        if points.allSatisfy({ $0.value == first.value }) { return (0, first.value) }
        let count = Double(points.count)
        var (x, y, xy, xx) = (0.0, 0.0, 0.0, 0.0)
        for point in points {
            let distance = point.time - time
            x += distance
            y += point.value
            xy += distance * point.value
            xx += distance * distance
        }
        let slope = (xy - x * y / count) / (xx - x * x / count)
        return (slope, y / count - slope * x / count)
    }
}
