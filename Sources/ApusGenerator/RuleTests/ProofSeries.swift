package import ApusMetrics
import ApusPromQL

/// One input series of a rule test: a value for each step, or nil while the series is not there.
package struct ProofSeries {
    /// `name{label="value"}`.
    package let series: String
    let values: [Double?]

    package init<Metric: MetricDeclaration>(_ metric: Metric, _ labels: [(String, String)], values: [Double?]) {
        series = String(decoding: TextEncoder.prefix(metric.name, labels: LabelBytes.render(labels)).dropLast(), as: UTF8.self)
        self.values = values
    }

    /// In promtool's expanding notation, where `a+bxn` is a run of n + 1 values.
    package var notation: String {
        var runs: [String] = []
        var rest = values[...]
        while let first = rest.first {
            let length = first == nil ? rest.prefix { $0 == nil }.count : Self.runLength(rest)
            let next = rest.dropFirst().first ?? nil
            switch (first, next) {
            // A blank alone is a missed scrape, which Prometheus bridges for minutes; a stale marker ends the series at once.
            case (nil, _): runs.append(length == 1 ? "stale" : "stale _x\(length - 1)")
            case (let first?, let next?) where length > 1: runs.append(Self.run(from: first, by: next - first, length: length))
            case (let first?, _): runs.append(PromQLNumber.string(first))
            }
            rest = rest.dropFirst(length)
        }
        return runs.joined(separator: " ")
    }

    private static func run(from start: Double, by step: Double, length: Int) -> String {
        "\(PromQLNumber.string(start))\(step < 0 ? "-" : "+")\(PromQLNumber.string(abs(step)))x\(length - 1)"
    }

    /// How many values from the first on have the same distance.
    private static func runLength(_ values: ArraySlice<Double?>) -> Int {
        let steps = zip(values, values.dropFirst()).map { left, right in
            if let left, let right { right - left } else { Double.nan }
        }
        // NaN differs from itself: a run ends where the series does.
        return steps.first.map { first in first.isNaN ? 1 : steps.prefix { $0 == first }.count + 1 } ?? 1
    }
}
