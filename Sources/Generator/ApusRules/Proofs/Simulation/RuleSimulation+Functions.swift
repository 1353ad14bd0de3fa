import ApusPromQL
import Foundation

extension RuleSimulation {
    func call(
        _ function: PromQLFunction, _ arguments: [PromQLExpression], _ expression: PromQLExpression, at index: Int
    ) throws(Fault) -> Value {
        switch function {
        case .time: return .scalar(Double(index) * step)
        case .absent: return .vector(try absent(arguments, at: index))
        case .histogramQuantile: return .vector(try quantiles(arguments, expression, at: index))
        case .abs: return .vector(try samples(of: arguments[0], at: index).map { $0.mapped(Swift.abs) })
        case .round where arguments.count == 1:
            return .vector(try samples(of: arguments[0], at: index).map { $0.mapped { ($0 + 0.5).rounded(.down) } })
        case .vector:
            guard case .scalar(let value) = try value(of: arguments[0], at: index) else { throw .unknown("\(expression)") }
            return .vector([SimulatedSample(labels: [:], value: value)])
        default: return .vector(try overRange(function, arguments, expression, at: index))
        }
    }

    private func absent(_ arguments: [PromQLExpression], at index: Int) throws(Fault) -> [SimulatedSample] {
        guard try samples(of: arguments[0], at: index).isEmpty else { return [] }
        var labels: [String: String] = [:]
        if case .selector(let selector) = arguments[0].form {
            for case .label(let name, .equals, let value) in selector.matchers { labels[name] = value }
        }
        return [SimulatedSample(labels: labels, value: 1)]
    }

    private func overRange(
        _ function: PromQLFunction, _ arguments: [PromQLExpression], _ expression: PromQLExpression, at index: Int
    ) throws(Fault) -> [SimulatedSample] {
        guard let argument = arguments.first(where: { $0.type == .rangeVector }) else { throw .unknown("\(expression)") }
        let (range, windows) = try windows(argument, at: index)
        let length = range.upperBound - range.lowerBound
        var ahead = 0.0
        if function == .predictLinear {
            guard case .scalar(let seconds) = try value(of: arguments[1], at: index) else { throw .unknown("\(expression)") }
            ahead = seconds
        }
        var results: [SimulatedSample] = []
        for window in windows {
            let value: Double? =
                switch function {
                case .rate: window.growth(in: range, isCounter: true).map { $0 / length }
                case .increase: window.growth(in: range, isCounter: true)
                case .delta: window.growth(in: range, isCounter: false)
                case .changes: window.changes
                case .resets: window.resets
                case .deriv: window.regression(at: window.points[0].time)?.slope
                case .predictLinear: window.regression(at: range.upperBound).map { $0.slope * ahead + $0.height }
                case .maxOverTime: window.values.max()
                case .minOverTime: window.values.min()
                case .sumOverTime: window.values.reduce(0, +)
                case .avgOverTime: window.values.reduce(0, +) / Double(window.values.count)
                case .countOverTime: Double(window.values.count)
                case .lastOverTime: window.values.last
                default: throw .unknown("\(expression)")
                }
            if let value { results.append(SimulatedSample(labels: window.labels, value: value)) }
        }
        return results
    }

    /// As Prometheus interpolates within a bucket.
    private func quantiles(
        _ arguments: [PromQLExpression], _ expression: PromQLExpression, at index: Int
    ) throws(Fault) -> [SimulatedSample] {
        guard case .scalar(let share) = try value(of: arguments[0], at: index) else { throw .unknown("\(expression)") }
        let groups = Dictionary(grouping: try samples(of: arguments[1], at: index)) { sample in
            sample.unnamed.labels.filter { $0.key != "le" }
        }
        return groups.map { labels, samples in
            let buckets = samples.compactMap { sample in
                sample.labels["le"].flatMap { $0 == "+Inf" ? .infinity : Double($0) }.map { (bound: $0, count: sample.value) }
            }.sorted { $0.bound < $1.bound }
            return SimulatedSample(labels: labels, value: Self.quantile(share, buckets))
        }
    }

    private static func quantile(_ share: Double, _ buckets: [(bound: Double, count: Double)]) -> Double {
        guard buckets.count > 1, let total = buckets.last?.count, total > 0 else { return .nan }
        let rank = share * total
        let index = buckets.firstIndex { $0.count >= rank } ?? buckets.count - 1
        if index == buckets.count - 1 { return buckets[index - 1].bound }
        let (start, before) = index == 0 ? (0, 0) : (buckets[index - 1].bound, buckets[index - 1].count)
        return start + (buckets[index].bound - start) * (rank - before) / (buckets[index].count - before)
    }
}

extension SimulatedSample {
    func mapped(_ change: (Double) -> Double) -> SimulatedSample {
        SimulatedSample(labels: unnamed.labels, value: change(value))
    }
}
