import ApusMetrics
import ApusPromQL
package import ApusTopology

/// One input series of a rule test: a value for each step, or nil while the series is not there.
package struct ProofSeries {
    /// The metric's name.
    let metric: String
    /// `name{label="value"}`.
    package let series: String
    let values: [Double?]

    package init(_ input: AlertInput, values: [Double?]) {
        metric = input.metric
        let labels = LabelBytes.render(input.labels.map { ($0.name, $0.value) })
        series = String(decoding: TextEncoder.prefix(input.metric, labels: labels).dropLast(), as: UTF8.self)
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
            case (let first?, let next?) where length > 1:
                runs.append(Self.run(from: first, by: Self.step(first, next), length: length))
            case (let first?, _): runs.append(PromQLNumber.string(first))
            }
            rest = rest.dropFirst(length)
        }
        return runs.joined(separator: " ")
    }

    private static func run(from start: Double, by step: Double, length: Int) -> String {
        "\(PromQLNumber.string(start))\(step < 0 ? "-" : "+")\(PromQLNumber.string(abs(step)))x\(length - 1)"
    }

    /// Values are millionths at the finest: what is finer in a difference is an error of the floating point.
    private static func step(_ left: Double, _ right: Double) -> Double {
        abs(right - left) > 1e9 ? right - left : ((right - left) * 1e6).rounded() / 1e6
    }

    /// How many values from the first on have the same distance.
    private static func runLength(_ values: ArraySlice<Double?>) -> Int {
        var length = 1
        var distance: Double?
        for (left, right) in zip(values, values.dropFirst()) {
            guard let left, let right else { break }
            let next = step(left, right)
            guard distance == nil || distance == next else { break }
            distance = next
            length += 1
        }
        return length
    }
}
