import ApusMetrics
import ApusPromQL

/// One input series of a rule test: a value for each step.
struct ProofSeries {
    /// `name{label="value"}`.
    let series: String
    let values: [Double]

    init<Metric: MetricDeclaration>(_ metric: Metric, _ labels: [(String, String)], values: [Double]) {
        series = TextEncoder.prefix(metric.name, labels: LabelBytes.render(labels)).dropLast().text
        self.values = values
    }

    /// In promtool's expanding notation. A run of n + 1 values is `a+bxn`.
    var notation: String {
        var runs: [String] = []
        var index = 0
        while index < values.count {
            let start = values[index]
            guard index + 1 < values.count else {
                runs.append(PromQLNumber.string(start))
                break
            }
            let difference = values[index + 1] - start
            var last = index + 1
            while last + 1 < values.count, values[last + 1] - values[last] == difference { last += 1 }
            let sign = difference < 0 ? "-" : "+"
            runs.append(
                "\(PromQLNumber.string(start))\(sign)\(PromQLNumber.string(abs(difference)))x\(last - index)")
            index = last + 1
        }
        return runs.joined(separator: " ")
    }
}

extension ArraySlice<UInt8> {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
