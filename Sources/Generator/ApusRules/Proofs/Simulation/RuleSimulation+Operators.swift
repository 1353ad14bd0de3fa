import ApusPromQL
import Foundation

extension RuleSimulation {
    func aggregated(
        _ aggregation: PromQLAggregation, _ grouping: PromQLGrouping?, _ samples: [SimulatedSample],
        _ expression: PromQLExpression
    ) throws(Fault) -> [SimulatedSample] {
        let groups = Dictionary(grouping: samples) { sample -> [String: String] in
            switch grouping {
            case .by(let names): sample.labels.filter { names.contains($0.key) }
            case .without(let names): sample.unnamed.labels.filter { !names.contains($0.key) }
            case nil: [:]
            }
        }
        var results: [SimulatedSample] = []
        for (labels, members) in groups {
            let values = members.map(\.value)
            let value: Double
            switch aggregation {
            case .sum: value = values.reduce(0, +)
            case .avg: value = values.reduce(0, +) / Double(values.count)
            case .max: value = values.max() ?? .nan
            case .min: value = values.min() ?? .nan
            case .count: value = Double(values.count)
            case .group: value = 1
            default: throw .unknown("\(expression)")
            }
            results.append(SimulatedSample(labels: labels, value: value))
        }
        return results
    }

    func binary(
        _ symbol: PromQLOperator, _ matching: PromQLMatching, _ left: Value, _ right: Value, _ expression: PromQLExpression
    ) throws(Fault) -> Value {
        switch (left, right) {
        case (.scalar(let left), .scalar(let right)):
            guard let value = symbol.result(left, right) else { throw .unknown("\(expression)") }
            return .scalar(value)
        case (.vector(let samples), .scalar(let number)):
            return .vector(try combined(samples, symbol, matching, expression) { ($0, number) })
        case (.scalar(let number), .vector(let samples)):
            return .vector(try combined(samples, symbol, matching, expression) { (number, $0) })
        case (.vector(let left), .vector(let right)):
            return .vector(try combined(left, symbol, matching, right, expression))
        }
    }

    private func combined(
        _ samples: [SimulatedSample], _ symbol: PromQLOperator, _ matching: PromQLMatching, _ expression: PromQLExpression,
        operands: (Double) -> (Double, Double)
    ) throws(Fault) -> [SimulatedSample] {
        var results: [SimulatedSample] = []
        for sample in samples {
            let (left, right) = operands(sample.value)
            guard let value = symbol.result(left, right) else { throw .unknown("\(expression)") }
            if symbol.isComparison && !matching.returnsBool {
                if value == 1 { results.append(sample) }
            } else {
                results.append(SimulatedSample(labels: sample.unnamed.labels, value: value))
            }
        }
        return results
    }

    private func combined(
        _ left: [SimulatedSample], _ symbol: PromQLOperator, _ matching: PromQLMatching, _ right: [SimulatedSample],
        _ expression: PromQLExpression
    ) throws(Fault) -> [SimulatedSample] {
        guard matching.many != .right else { throw .unknown("\(expression)") }
        let partners = Dictionary(right.map { ($0.signature(matching), $0) }) { first, _ in first }
        switch symbol {
        case .and: return left.filter { partners[$0.signature(matching)] != nil }
        case .unless: return left.filter { partners[$0.signature(matching)] == nil }
        case .or:
            let own = Set(left.map { $0.signature(matching) })
            return left + right.filter { !own.contains($0.signature(matching)) }
        default: break
        }
        var results: [SimulatedSample] = []
        for sample in left {
            guard let partner = partners[sample.signature(matching)] else { continue }
            guard let value = symbol.result(sample.value, partner.value) else { throw .unknown("\(expression)") }
            let filters = symbol.isComparison && !matching.returnsBool
            if filters && value != 1 { continue }
            var result = filters ? sample : SimulatedSample(labels: sample.unnamed.labels, value: value)
            if matching.many == nil, matching.labels != nil { result.labels = sample.signature(matching) }
            for name in matching.included { result.labels[name] = partner.labels[name] }
            results.append(result)
        }
        return results
    }
}

extension PromQLOperator {
    /// Whether a comparison holds of two numbers.
    func holds(_ left: Double, _ right: Double) -> Bool { result(left, right) == 1 }

    /// Of two numbers; 1 or 0 of a comparison; nil of a set operator.
    fileprivate func result(_ left: Double, _ right: Double) -> Double? {
        switch self {
        case .plus: left + right
        case .minus: left - right
        case .times: left * right
        case .divide: left / right
        case .modulo: fmod(left, right)
        case .power: pow(left, right)
        case .atan2: Foundation.atan2(left, right)
        case .equal: left == right ? 1 : 0
        case .notEqual: left != right ? 1 : 0
        case .less: left < right ? 1 : 0
        case .lessOrEqual: left <= right ? 1 : 0
        case .greater: left > right ? 1 : 0
        case .greaterOrEqual: left >= right ? 1 : 0
        case .and, .or, .unless: nil
        }
    }
}
