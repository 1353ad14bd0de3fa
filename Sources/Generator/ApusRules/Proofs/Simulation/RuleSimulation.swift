import ApusPromQL
import ApusTopology
import Foundation

/// What Prometheus would make of expressions over the input series of a rule test: the source of the labels and values that the
/// test expects. promtool then judges whether it was right.
///
/// It knows what alerts use; of anything else it says so.
struct RuleSimulation {
    enum Fault: Error {
        /// The part of the expression that it does not know.
        case unknown(String)
    }

    /// Seconds between two samples, and two evaluations.
    let step: Double
    private let seriesByName: [String: [SimulatedSeries]]
    private let results = Results()

    /// What expressions within subqueries came to, by step: windows that overlap have most of it in common.
    private final class Results {
        var samples: [String: [Int: [SimulatedSample]]] = [:]
    }

    init(series: [SimulatedSeries], step: Duration) {
        self.step = step / .seconds(1)
        seriesByName = Dictionary(grouping: series) { $0.labels[SimulatedSample.nameLabel] ?? "" }
    }

    /// The series of an expression's result at a step.
    func samples(of expression: PromQLExpression, at index: Int) throws(Fault) -> [SimulatedSample] {
        switch try value(of: expression, at: index) {
        case .vector(let samples): return samples
        case .scalar(let value): return [SimulatedSample(labels: [:], value: value)]
        }
    }

    enum Value {
        case scalar(Double)
        case vector([SimulatedSample])
    }

    func value(of expression: PromQLExpression, at index: Int) throws(Fault) -> Value {
        switch expression.form {
        case .number(let number): return .scalar(number)
        case .selector(let selector): return .vector(try instant(selector, at: index))
        case .call(let function, let arguments): return try call(function, arguments, expression, at: index)
        case .aggregation(let aggregation, let grouping, nil, let operand):
            return .vector(try aggregated(aggregation, grouping, try samples(of: operand, at: index), expression))
        case .negated(let operand):
            return .vector(
                try samples(of: operand, at: index).map { SimulatedSample(labels: $0.unnamed.labels, value: -$0.value) })
        case .binary(let symbol, let matching, let left, let right):
            return try binary(
                symbol, matching, try value(of: left, at: index), try value(of: right, at: index), expression)
        default: throw .unknown("\(expression)")
        }
    }

    // MARK: - Selectors

    private func matching(_ selector: PromQLSelector) throws(Fault) -> [SimulatedSeries] {
        let candidates = seriesByName[selector.name ?? ""] ?? []
        guard !selector.matchers.isEmpty else { return candidates }
        var tests: [@Sendable ([String: String]) -> Bool] = []
        for matcher in selector.matchers {
            guard case .label(let name, let relation, let value) = matcher else { throw .unknown("\(selector)") }
            switch relation {
            case .equals: tests.append { ($0[name] ?? "") == value }
            case .differs: tests.append { ($0[name] ?? "") != value }
            case .matches, .matchesNot:
                guard let pattern = try? NSRegularExpression(pattern: "^(?:\(value))$") else { throw .unknown("\(selector)") }
                let wanted = relation == .matches
                tests.append { labels in
                    let text = labels[name] ?? ""
                    let range = NSRange(text.startIndex..., in: text)
                    return (pattern.firstMatch(in: text, range: range) != nil) == wanted
                }
            }
        }
        return candidates.filter { series in tests.allSatisfy { $0(series.labels) } }
    }

    private func offset(_ selector: PromQLSelector) throws(Fault) -> Double {
        guard selector.modifiers.time == nil else { throw .unknown("\(selector)") }
        switch selector.modifiers.offset {
        case nil: return 0
        case .milliseconds(let milliseconds): return Double(milliseconds) / 1000
        case .variable: throw .unknown("\(selector)")
        }
    }

    private func instant(_ selector: PromQLSelector, at index: Int) throws(Fault) -> [SimulatedSample] {
        let moment = Double(index) - (try offset(selector)) / step
        guard moment >= 0 else { return [] }
        let position = Int(moment.rounded(.down))
        return try matching(selector).compactMap { series in
            guard position < series.values.count, let value = series.values[position] else { return nil }
            return SimulatedSample(labels: series.labels, value: value)
        }
    }

    /// The samples within a window whose both ends belong to it, as Prometheus before 3.0 has it; times are seconds from the start.
    func windows(_ expression: PromQLExpression, at index: Int) throws(Fault) -> (Range<Double>, [SimulatedWindow]) {
        if case .subquery(let inner, .milliseconds(let window), .milliseconds(let every)?, let modifiers) = expression.form,
            modifiers == PromQLModifiers()
        {
            let (window, every) = (Double(window) / 1000, Double(every) / 1000)
            switch inner.form {
            case .selector(let selector): return try windows(selector, of: window, every: every, at: index)
            case .binary(let symbol, let matching, let left, let right) where symbol.isComparison && !matching.returnsBool:
                guard case .selector(let selector) = left.form, case .number(let limit) = right.form else { break }
                let (range, all) = try windows(selector, of: window, every: every, at: index)
                let kept = all.map { $0.keeping { symbol.holds($0, limit) } }
                return (range, kept.filter { !$0.points.isEmpty })
            default:
                // What looks back itself would have to be followed between the steps.
                guard inner.longestWindow == .zero else { break }
                return try windows(ofResults: inner, of: window, every: every, at: index)
            }
        }
        guard case .range(let selector, .milliseconds(let window)) = expression.form else { throw .unknown("\(expression)") }
        let end = Double(index) * step - (try offset(selector))
        let start = end - Double(window) / 1000
        let first = max(Int((start / step - 1e-9).rounded(.up)), 0)
        let last = Int((end / step + 1e-9).rounded(.down))
        let windows = try matching(selector).map { series in
            var points: [SimulatedWindow.Point] = []
            if first <= last {
                for position in first...last where position < series.values.count {
                    if let value = series.values[position] { points.append(.init(time: Double(position) * step, value: value)) }
                }
            }
            return SimulatedWindow(labels: series.labels.filter { $0.key != SimulatedSample.nameLabel }, points: points)
        }
        return (start..<end, windows.filter { !$0.points.isEmpty })
    }

    /// The newest samples at each multiple of some seconds within a window.
    private func windows(
        _ selector: PromQLSelector, of window: Double, every seconds: Double, at index: Int
    ) throws(Fault) -> (Range<Double>, [SimulatedWindow]) {
        let end = Double(index) * step
        let first = max(Int(((end - window) / seconds - 1e-9).rounded(.up)), 0)
        let last = Int((end / seconds + 1e-9).rounded(.down))
        let offset = try offset(selector)
        let windows = try matching(selector).map { series in
            let points = stride(from: first, through: last, by: 1).compactMap { multiple -> SimulatedWindow.Point? in
                let time = Double(multiple) * seconds
                return newest(of: series, at: time - offset).map { .init(time: time, value: $0) }
            }
            return SimulatedWindow(labels: series.labels.filter { $0.key != SimulatedSample.nameLabel }, points: points)
        }
        return (end - window..<end, windows.filter { !$0.points.isEmpty })
    }

    /// The results of an expression at each multiple of some seconds within a window; between two steps they are those of the first.
    private func windows(
        ofResults expression: PromQLExpression, of window: Double, every seconds: Double, at index: Int
    ) throws(Fault) -> (Range<Double>, [SimulatedWindow]) {
        let end = Double(index) * step
        let first = max(Int(((end - window) / seconds - 1e-9).rounded(.up)), 0)
        let last = Int((end / seconds + 1e-9).rounded(.down))
        let name = expression.description
        var known = results.samples.removeValue(forKey: name) ?? [:]
        var points: [[String: String]: [SimulatedWindow.Point]] = [:]
        for multiple in stride(from: first, through: last, by: 1) {
            let time = Double(multiple) * seconds
            let position = Int((time / step + 1e-9).rounded(.down))
            if known[position] == nil { known[position] = try samples(of: expression, at: position) }
            for sample in known[position] ?? [] {
                points[sample.unnamed.labels, default: []].append(.init(time: time, value: sample.value))
            }
        }
        results.samples[name] = known
        return (end - window..<end, points.map { SimulatedWindow(labels: $0, points: $1) })
    }

    /// The newest value of the last five minutes, which is as far as Prometheus looks back.
    private func newest(of series: SimulatedSeries, at time: Double) -> Double? {
        var position = Int((time / step + 1e-9).rounded(.down))
        while position >= 0, time - Double(position) * step <= 300 {
            if position < series.values.count, let value = series.values[position] { return value }
            position -= 1
        }
        return nil
    }
}
